package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"replyflow/internal/provider/providertest"
)

func TestMetaSendsJSON(t *testing.T) {
	t.Parallel()
	const frame = `{"messaging_product":"whatsapp","recipient_type":"individual",%s,"type":"text","text":{"body":"Hello","preview_url":false}%s}`
	const sendID = `,"biz_opaque_callback_data":"answer-SM1"`
	for name, test := range map[string]struct {
		to, replyTo, want string
	}{
		"to a wa_id":          {"15555550101", "", fmt.Sprintf(frame, `"to":"15555550101"`, sendID)},
		"to a number":         {"+15555550101", "", fmt.Sprintf(frame, `"to":"+15555550101"`, sendID)},
		"to a user id":        {"US.13491208655302741918", "", fmt.Sprintf(frame, `"recipient":"US.13491208655302741918"`, sendID)},
		"to a parent user id": {"BR.ENT.abc123", "", fmt.Sprintf(frame, `"recipient":"BR.ENT.abc123"`, sendID)},
		"an answer": {"15555550101", "wamid.HBgL=", fmt.Sprintf(frame, `"to":"15555550101"`,
			`,"context":{"message_id":"wamid.HBgL="}`+sendID)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := providertest.NewMeta(t)
			sender := viaMeta(server.URL + "/")
			sent, err := Meta{}.Send(t.Context(), httpClient(t), sender, Outgoing{ID: testID, To: test.to, Body: "Hello", ReplyTo: test.replyTo})
			if err != nil {
				t.Fatal(err)
			}
			took := server.Only()
			if took.Raw != test.want || took.Path != "/v23.0/"+providertest.MetaPhoneNumberID+"/messages" {
				t.Errorf("posted to %s: %s\nwant %s", took.Path, took.Raw, test.want)
			}
			if sent != (Sent{ProviderID: took.ID, Status: "accepted"}) {
				t.Errorf("sent %+v", sent)
			}
		})
	}
}

func TestMetaCodes(t *testing.T) {
	t.Parallel()
	for code, test := range map[int]struct {
		status int
		want   want
	}{
		131050: {400, want{code: "131050", optOut: "marketing meta_131050"}},
		131056: {429, want{retry: true, code: "131056", after: metaPace}},
		130429: {400, want{retry: true, code: "130429"}},
		80007:  {400, want{retry: true, code: "80007"}},
		131016: {500, want{retry: true, code: "131016"}},
		131000: {500, want{retry: true, unsure: true, code: "131000", after: metaSettle}},
		1:      {500, want{retry: true, unsure: true, code: "1", after: metaSettle}},
		999:    {503, want{retry: true, code: "999"}},
		190:    {401, want{code: "190"}},
		131026: {400, want{code: "131026"}},
		131047: {400, want{code: "131047"}},
		131049: {400, want{code: "131049"}},
		131062: {400, want{code: "131062"}},
		130472: {400, want{code: "130472"}},
		100:    {400, want{code: "100"}},
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			server := providertest.NewMeta(t)
			server.Fail(providertest.Refused(test.status, code))
			s := sending{Meta{}, &server.Server, viaMeta(server.URL)}
			test.want.check(t, s.failure(t, t.Context(), httpClient(t), outgoing()))
		})
	}
}

// TestMetaPaceYieldsToRetryAfter: Meta's own word on waiting counts more than ours.
func TestMetaPaceYieldsToRetryAfter(t *testing.T) {
	t.Parallel()
	server := providertest.NewMeta(t)
	server.Fail(providertest.Fault{Status: 429, Code: 131056, RetryAfter: "20"})
	s := sending{Meta{}, &server.Server, viaMeta(server.URL)}
	want{retry: true, code: "131056", after: 20 * time.Second}.check(t, s.failure(t, t.Context(), httpClient(t), outgoing()))
}

func TestStandardAddresses(t *testing.T) {
	t.Parallel()
	for standard, sender := range map[string]Sender{twilioAPI: viaTwilio(""), metaAPI: viaMeta("")} {
		if base := sender.baseOf(standard); base != standard || !strings.HasPrefix(base, "https://") || strings.HasSuffix(base, "/") {
			t.Errorf("without api_base it is %s", base)
		}
	}
}
