package webhook

import "replyflow/definitions"

// verifyBasic demands a name and a password (RFC 7617).
func verifyBasic(want definitions.VerifyUser, r request) *refusal {
	username, password, ok := r.BasicAuth()
	if !ok {
		return forbid("the Authorization header is missing; this address demands HTTP Basic authentication")
	}
	// Both are compared, so that the time doesn't tell which one is wrong.
	sameName, samePassword := sameText(username, want.Username), sameText(password, want.Password)
	if !sameName || !samePassword {
		return forbid("wrong username or password")
	}
	return nil
}
