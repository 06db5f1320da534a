package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// The flags that say what is sent, of which there is one.
const (
	contentBody        = "body"
	contentButton      = "button"
	contentButtonReply = "button-reply"
	contentListReply   = "list-reply"
	contentMedia       = "media"
	contentLocation    = "location"
	contentReaction    = "reaction"
	contentPreference  = "preference"
	contentStatus      = "status"
)

// whatsAppContents are those flags; the first ones can quote a message, and all but
// the last two are messages.
var (
	whatsAppContents = []string{
		contentBody, contentButton, contentButtonReply, contentListReply, contentMedia, contentLocation, contentReaction,
		contentPreference, contentStatus,
	}
	quotingContents = whatsAppContents[:6]
	messageContents = whatsAppContents[:7]
)

var whatsAppCompanions = []companion{
	{"reply-to", quotingContents},
	{"message-id", messageContents},
	{"profile-name", messageContents},
	{"username", messageContents},
	{"button-payload", []string{contentButton}},
	{"choice-id", []string{contentButtonReply, contentListReply}},
	{"media-url", []string{contentMedia}},
	{"caption", []string{contentMedia}},
	{"filename", []string{contentMedia}},
	{"location-name", []string{contentLocation}},
	{"location-address", []string{contentLocation}},
	{"message", []string{contentReaction, contentStatus}},
	{"error-code", []string{contentStatus}},
	{"send-id", []string{contentStatus}},
}

// What Meta knows of each.
var (
	mediaKinds      = []string{"image", "document", "audio", "video", "sticker"}
	captionedMedia  = []string{"image", "document", "video"}
	metaStatuses    = []string{"sent", "delivered", "read", "played", "failed"}
	metaPreferences = []string{"stop", "resume"}
)

// checkFlags notes what is sent, and refuses flags that don't go together.
func (m *whatsApp) checkFlags(cmd *cobra.Command) error {
	if err := apart(cmd, "Meta sends each by itself", whatsAppContents...); err != nil {
		return err
	}
	if err := accompanied(cmd, whatsAppCompanions); err != nil {
		return err
	}
	contents := given(cmd, whatsAppContents...)
	if len(contents) == 0 {
		return misuseError{errors.New("--from and --body are needed: who writes, and what; instead of --body there may be " + dashed("or", whatsAppContents[1:]))}
	}
	m.content = contents[0]
	return m.checkContent()
}

// checkContent refuses what Meta would never send.
func (m *whatsApp) checkContent() error {
	switch m.content {
	case contentBody, contentButton, contentButtonReply, contentListReply:
		if m.body+m.button+m.buttonReply+m.listReply == "" {
			return misuseError{fmt.Errorf("--%s is empty: say what is written", m.content)}
		}
	case contentMedia:
		return m.checkMedia()
	case contentLocation:
		if _, _, err := m.coordinates(); err != nil {
			return misuseError{err}
		}
	case contentPreference:
		if !slices.Contains(metaPreferences, m.preference) {
			return misuseError{fmt.Errorf("--preference is %s, not %q", listed("or", metaPreferences), m.preference)}
		}
	case contentReaction, contentStatus:
		if m.about == "" {
			return misuseError{fmt.Errorf("--message is needed: the message that --%s is about", m.content)}
		}
		if m.content == contentStatus {
			return checkStatus(m.status, m.errorCode, metaStatuses, []string{"failed"})
		}
	}
	return nil
}

func (m *whatsApp) checkMedia() error {
	switch {
	case !slices.Contains(mediaKinds, m.media):
		return misuseError{fmt.Errorf("--media is one of %s, not %q", strings.Join(mediaKinds, ", "), m.media)}
	case m.caption != "" && !slices.Contains(captionedMedia, m.media):
		return misuseError{fmt.Errorf("--caption goes with --media %s only: WhatsApp has none below %s", listed("or", captionedMedia), m.media)}
	case m.filename != "" && m.media != "document":
		return misuseError{fmt.Errorf("--filename goes with --media document only, not %s", m.media)}
	}
	return nil
}

// coordinates are those of a location.
func (m *whatsApp) coordinates() (latitude, longitude float64, err error) {
	first, second, _ := strings.Cut(m.location, ",")
	latitude, errLatitude := strconv.ParseFloat(strings.TrimSpace(first), 64)
	longitude, errLongitude := strconv.ParseFloat(strings.TrimSpace(second), 64)
	// Written so that what is no number at all is refused too.
	inside := latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180
	if errLatitude != nil || errLongitude != nil || !inside {
		return 0, 0, fmt.Errorf("--location is LATITUDE,LONGITUDE, as 52.5,13.4, not %q", m.location)
	}
	return latitude, longitude, nil
}
