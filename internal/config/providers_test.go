package config

// Providers stand in their own package, which imports this one.
func init() {
	content := func(Sender) (string, string) { return "", "" }
	for _, name := range []string{"twilio", "meta", "gateway"} {
		RegisterProvider(Provider{Name: name, Check: content})
	}
	RegisterProvider(Provider{Name: "picky", Check: func(Sender) (string, string) { return "account", "it is never right" }})
}
