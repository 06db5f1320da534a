package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"replyflow/definitions"
	"replyflow/internal/config"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// The sample senders of a development process without a configuration. Their
// secrets are drawn once a data folder, so that signatures can be tried.
const (
	sampleAccount       = "AC00000000000000000000000000000001"
	sampleAddress       = "+15550100100"
	samplePhoneNumberID = "900000000000001"
	sampleWhatsApp      = "+15550100200"
)

// samplePeople are added to an empty development database. Their numbers are
// written in the ways in which people write numbers.
var samplePeople = []struct{ id, name, phone string }{
	{"sample-ann", "Ann Example", "+15555550101"},
	{"sample-ben", "Ben Example", "(555) 555-0102"},
	{"sample-cleo", "Cleo Example", "555.555.0103"},
	{"sample-dan", "Dan Example", "1-555-555-0104"},
	{"sample-dora", "Dora Example, who shares Dan's phone", "+1 555 555 0104"},
}

// shipCampaigns applies and starts the shipped campaigns when there is no
// campaign at all. A later start never restarts a paused one or overwrites an
// edited one.
func (d *dev) shipCampaigns(ctx context.Context) error {
	var campaigns []store.ApplyCampaign
	for _, shipped := range definitions.Shipped() {
		definition, problems := definitions.Load(shipped.File, shipped.Data)
		if problems.HasErrors() {
			return fmt.Errorf("the shipped campaign %s is broken: %v", shipped.File, problems)
		}
		canonical, err := definition.Canonical()
		if err != nil {
			return err
		}
		campaigns = append(campaigns, store.ApplyCampaign{
			Key: definition.Key, Name: definition.Name, Definition: canonical, Source: string(shipped.Data), Hash: definition.Hash(),
		})
	}
	_, err := d.store.SeedCampaigns(ctx, d.home(), campaigns)
	return err
}

// addSamplePeople adds the sample people when there is nobody.
func (d *dev) addSamplePeople(ctx context.Context) (bool, error) {
	count, err := d.store.CountPeople(ctx, d.home())
	if err != nil || count > 0 {
		return false, err
	}
	workspace, _ := d.workspace(d.home())
	now := time.Now()
	people := make([]store.PutPerson, len(samplePeople))
	for i, person := range samplePeople {
		// Texts always encode.
		name, _ := json.Marshal(person.name)
		phone, _ := json.Marshal(person.phone)
		people[i] = store.PutPerson{
			ID:         person.id,
			Attributes: map[string]json.RawMessage{"name": name, "phone": phone},
			Stamp:      message.NewStamp(now, "sample", i),
		}
	}
	return true, d.store.PutPeople(ctx, workspace, people)
}

// devAPIKey returns the key of the data folder, drawing one at the first start.
// The database keeps only its hash; the key itself stands in dev.json.
func (d *dev) devAPIKey(ctx context.Context) (string, error) {
	const name = "dev"
	file, err := readDevFile(d.dir)
	if err != nil && !errors.Is(err, errNoDevFile) {
		return "", err
	}
	keys, err := d.store.ListAPIKeys(ctx)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256([]byte(file.APIKey))
	for _, key := range keys {
		if file.APIKey != "" && key.Name == name && subtle.ConstantTimeCompare(key.Hash, hash[:]) == 1 {
			return file.APIKey, nil
		}
	}
	fresh := "rf_" + randomHex(24)
	hash = sha256.Sum256([]byte(fresh))
	return fresh, d.store.PutAPIKey(ctx, store.APIKey{Workspace: d.home(), Name: name, Hash: hash[:]})
}

// addSampleSenders gives the default configuration a sender for SMS and one for
// WhatsApp, whose secrets stay the same for a data folder.
func addSampleSenders(cfg *config.Config, dir string) error {
	file, err := readDevFile(dir)
	if err != nil && !errors.Is(err, errNoDevFile) {
		return err
	}
	token, secret := randomHex(16), randomHex(16)
	if file.Twilio != nil {
		token = firstOf(file.Twilio.AuthToken, token)
	}
	if file.Meta != nil {
		secret = firstOf(file.Meta.AppSecret, secret)
	}
	senders := []config.Sender{
		{
			Name: "Sample sender", Channel: "sms", Provider: "twilio",
			Account: sampleAccount, Address: sampleAddress, AuthTokens: []config.Secret{config.Secret(token)},
		},
		{
			Name: "Sample WhatsApp", Channel: "whatsapp", Provider: "meta",
			PhoneNumberID: samplePhoneNumberID, Address: sampleWhatsApp,
			AppSecrets: []config.Secret{config.Secret(secret)}, VerifyToken: config.Secret(secret),
		},
	}
	for i := range senders {
		senders[i].FillDefaults()
	}
	cfg.Workspaces[0].Senders = senders
	return nil
}

// sendSecrets adds to dev.json what the first sender of each provider is signed
// for with, so that replyflow send can play the provider.
func sendSecrets(file *devFile, cfg *config.Config) {
	for _, sender := range cfg.Workspaces[0].Senders {
		switch {
		case sender.Provider == "twilio" && file.Twilio == nil && len(sender.AuthTokens) > 0:
			address := sender.Address
			if address == "" && len(sender.Numbers) > 0 {
				address = sender.Numbers[0]
			}
			file.Twilio = &devTwilioKey{Account: sender.Account, AuthToken: string(sender.AuthTokens[0]), Address: address}
		case sender.Provider == "meta" && file.Meta == nil && len(sender.AppSecrets) > 0:
			file.Meta = &devMetaKey{PhoneNumberID: sender.PhoneNumberID, AppSecret: string(sender.AppSecrets[0]), Address: sender.Address}
		}
	}
}

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	// crypto/rand never fails: it ends the process first.
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}
