package inbound

import (
	"encoding/json"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// view is a message as the conditions and templates of a campaign see it. Fields
// derives from it what a definition may name, and the reference what each field is.
type view struct {
	ID       string          `json:"id" doc:"The message's own key: Twilio's MessageSid, for everything else 32 hex digits." example:"SM5f0d7d5b1e8c4f0e9a6b3c2d1e0f9a8b"`
	Channel  message.Channel `json:"channel" doc:"sms or whatsapp." enum:"sms,whatsapp" example:"sms"`
	Provider string          `json:"provider" doc:"Who carried the message: twilio, meta or gateway." example:"twilio"`
	Kind     message.Kind    `json:"kind" doc:"text, media, button, flow, location, contacts or order. Nothing else starts a campaign: a reaction, an edit or a message in a group doesn't." enum:"text,media,button,flow,location,contacts,order" example:"text"`
	Sender   string          `json:"sender" doc:"The name of our sender that was written to, as it is configured." example:"US marketing"`
	From     string          `json:"from" doc:"The address the message came from, as the provider wrote it." example:"+15550100123"`
	To       string          `json:"to" doc:"Our own address that was written to." example:"+15550100100"`
	Body     string          `json:"body" doc:"What was written, or the caption of a picture; empty when nothing was." example:"Join, please!"`
	// Text is what was said, also by a button.
	Text      string          `json:"text" doc:"What was written or said by a button, folded as keywords are compared: small letters, without accents, and without punctuation and emoji around it." example:"join, please"`
	FirstWord string          `json:"first_word" doc:"The first word of the text, with which a keyword of one word is compared." example:"join"`
	Media     []viewMedia     `json:"media,omitempty" doc:"Pictures, sounds and files, as references; missing when there are none." example:"[{url: \"https://api.twilio.com/…\", content_type: image/jpeg}]"`
	Button    *viewButton     `json:"button,omitempty" doc:"The button or list entry that was pressed; missing when none was." example:"{text: Yes please, payload: YES_OFFER}"`
	Name      string          `json:"profile_name,omitempty" doc:"What the person calls themselves, on WhatsApp; missing when the provider doesn't say." example:"Ann"`
	OptOut    message.Verdict `json:"opt_out,omitempty" doc:"The provider's own verdict, which Twilio calls OptOutType: opt_out for STOP, opt_in for START, help for HELP; missing when it gave none. What it decided reaches only campaigns that name the keyword." enum:"opt_out,opt_in,help" example:"opt_out"`
	Consent   message.Verdict `json:"consent" doc:"What the message says about consent, whoever noticed it: opt_out, opt_in, help or none." enum:"none,opt_out,opt_in,help" example:"none"`
	ReplyTo   string          `json:"reply_to,omitempty" doc:"The provider's id of the message that this one answers, when the provider says so; else missing." example:"wamid.HBgLMTU1NTAxMDAxMjM"`
	Reply     *viewReply      `json:"reply,omitempty" doc:"The message of ours that this one answers; missing when it answers none." example:"{by: window, campaign: spring-offer}"`
	Anonymous bool            `json:"anonymous" doc:"true when nobody is known by the address: person then has no fields." example:"false"`
	At        time.Time       `json:"at" doc:"When the message was sent, as the provider says, else when it arrived." example:"2026-01-01T12:00:00Z"`
}

// The parts of a view. They have the fields of the types that they show, so that
// one can't grow without the other.
type (
	viewMedia struct {
		URL         string `json:"url,omitempty" doc:"Where the file is; missing when the provider gives an id." example:"https://api.twilio.com/…"`
		ID          string `json:"id,omitempty" doc:"The provider's id of the file, on WhatsApp; else missing." example:"1003383421387256"`
		ContentType string `json:"content_type,omitempty" doc:"What the file is." example:"image/jpeg"`
		SHA256      string `json:"sha256,omitempty" doc:"The file's hash; missing when the provider gives none." example:"n3Kx…"`
		Filename    string `json:"filename,omitempty" doc:"The file's name; missing when the provider gives none." example:"order.pdf"`
	}
	viewButton struct {
		Text    string `json:"text" doc:"What stands on the button." example:"Yes please"`
		Payload string `json:"payload,omitempty" doc:"What whoever made the button put behind it; people never see it." example:"YES_OFFER"`
	}
	viewReply struct {
		Message  string    `json:"message" doc:"Our id of the message that was answered." example:"4b825dc642cb6eb9a060e54bf8d69288"`
		By       string    `json:"by" doc:"How it was found: reference, the provider named it, or window, it was the last one to that address from that sender." enum:"reference,window" example:"window"`
		Campaign string    `json:"campaign,omitempty" doc:"The key of the campaign that had sent it; missing when none had." example:"spring-offer"`
		Run      string    `json:"run,omitempty" doc:"The run that had sent it; missing when none had." example:"7c1e0d9b5a3f4e21"`
		SentAt   time.Time `json:"sent_at" doc:"When it was sent." example:"2026-01-01T11:58:00Z"`
	}
)

// View is the message as the conditions and templates of a campaign see it, as
// JSON: message.body, message.first_word and so on.
func View(in MatchCampaignsInput) json.RawMessage {
	m := in.Message
	text := consent.Fold(consent.TextOf(m))
	// Texts, times and booleans always encode.
	document, _ := json.Marshal(view{
		ID: m.ID, Channel: m.Channel, Provider: m.Provider, Kind: m.Kind, Sender: m.Sender.Name,
		From: m.From, To: m.To, Body: m.Body, Text: text, FirstWord: FirstWord(text),
		Media: viewsOf(m.Media), Button: (*viewButton)(m.Button), Name: m.ProfileName, OptOut: m.OptOut, Consent: in.Decision.Verdict,
		ReplyTo: m.ReplyTo, Reply: (*viewReply)(in.Reply), Anonymous: in.Person == nil, At: m.EffectiveAt(),
	})
	return document
}

func viewsOf(media []message.Media) []viewMedia {
	views := make([]viewMedia, len(media))
	for i, one := range media {
		views[i] = viewMedia(one)
	}
	return views
}
