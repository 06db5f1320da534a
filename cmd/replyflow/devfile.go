package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// devFile is DIR/dev.json: where a development process listens and how to talk
// to it. Client commands read it when they are given no server.
type devFile struct {
	HTTP       string `json:"http"`
	Temporal   string `json:"temporal"`
	TemporalUI string `json:"temporal_ui,omitempty"`
	Namespace  string `json:"namespace"`
	APIKey     string `json:"api_key"`
	PID        int    `json:"pid"`
	// PublicURL is what providers call; signatures are computed over it.
	PublicURL string        `json:"public_url"`
	Twilio    *devTwilioKey `json:"twilio,omitempty"`
	Meta      *devMetaKey   `json:"meta,omitempty"`
}

// devTwilioKey is the account of the sample sender, with which send sms signs.
type devTwilioKey struct {
	Account   string `json:"account"`
	AuthToken string `json:"auth_token"`
	Address   string `json:"address"`
}

// devMetaKey is the sample WhatsApp sender, with which send whatsapp signs.
type devMetaKey struct {
	PhoneNumberID string `json:"phone_number_id"`
	AppSecret     string `json:"app_secret"`
	Address       string `json:"address"`
}

// errNoDevFile says that nobody started a development process in the folder.
var errNoDevFile = errors.New("no development process was started in this folder")

func readDevFile(dir string) (devFile, error) {
	path := filepath.Join(dir, "dev.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return devFile{}, errNoDevFile
	}
	if err != nil {
		return devFile{}, err
	}
	var file devFile
	if err := json.Unmarshal(data, &file); err != nil {
		return devFile{}, fmt.Errorf("%s can't be read: %w; delete it and start replyflow dev again", path, err)
	}
	return file, nil
}

// writeDevFile replaces the file in one go: a reader never sees half of it. It
// holds keys, so only its owner may read it.
func writeDevFile(dir string, file devFile) error {
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "dev.json")
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
