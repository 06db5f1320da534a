package store

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{
		"", "replyflow.db", "mysql://localhost/replyflow", "sqlite://", "sqlite://:memory:",
		"sqlite://" + filepath.Join(t.TempDir(), "missing", "replyflow.db"),
		"postgres://user:secret-word@host:notaport/db",
	} {
		s, err := Open(t.Context(), dsn)
		if err == nil {
			_ = s.Close()
			t.Errorf("%q was opened", dsn)
			continue
		}
		wantInvalid(t, err)
		if strings.Contains(err.Error(), "secret-word") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
