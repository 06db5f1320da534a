package api

import (
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/internal/store"
)

// csvPage is how many addresses are read at once.
const csvPage = 1_000

// exportOptOuts answers GET /optouts.csv: who is opted out of what, now, one line
// each. It is streamed, so it may be of any length.
func (a *API) exportOptOuts(w http.ResponseWriter, r *http.Request) {
	ctx, query := r.Context(), r.URL.Query()
	senders := a.sendersOf(caller(ctx), query.Get("channel"), query.Get("sender"))
	if name := query.Get("sender"); name != "" && len(senders) == 0 {
		writeProblem(w, http.StatusUnprocessableEntity, "The request has a problem.",
			&huma.ErrorDetail{Location: "query.sender", Message: a.unknownSender(caller(ctx), name)})
		return
	}
	page, err := a.store.ListOptedOutAddresses(ctx, caller(ctx), store.AddressConsentQuery{Channel: query.Get("channel"), Limit: csvPage})
	if err != nil {
		a.logger.ErrorContext(ctx, "exporting opt-outs failed", "error", err)
		status := http.StatusInternalServerError
		if store.Unavailable(err) {
			status = http.StatusServiceUnavailable
		}
		writeProblem(w, status, "The opt-outs can't be read at the moment; try again.")
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="optouts.csv"`)
	lines := csv.NewWriter(w)
	_ = lines.Write([]string{"channel", "sender", "address", "people", "category", "lane", "scope", "since"})
	for {
		for _, known := range page.Addresses {
			for _, optOut := range optOutsOfAddress(known, senders) {
				_ = lines.Write([]string{
					string(optOut.Channel), optOut.Sender, optOut.Address, strings.Join(optOut.People, " "), string(optOut.For),
					string(optOut.Lane), optOut.Scope, optOut.Since.UTC().Format(time.RFC3339),
				})
			}
		}
		if page.Next == "" {
			break
		}
		page, err = a.store.ListOptedOutAddresses(ctx, caller(ctx), store.AddressConsentQuery{Channel: query.Get("channel"), Limit: csvPage, Cursor: page.Next})
		if err != nil {
			// The status is sent: breaking the connection off says that it is incomplete.
			a.logger.ErrorContext(ctx, "exporting opt-outs failed", "error", err)
			panic(http.ErrAbortHandler)
		}
	}
	// The client went away if this fails; there is nobody to tell.
	lines.Flush()
}
