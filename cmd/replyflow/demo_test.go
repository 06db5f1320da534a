package main

import "testing"

// TestDemo plays the conversation to its end.
func TestDemo(t *testing.T) {
	t.Parallel()
	runCommand(t, "demo").check(t, exitDone, "opted out of sms from "+sampleAddress, "opted out of whatsapp from "+sampleWhatsApp, "The activity log:", "near_miss")
}
