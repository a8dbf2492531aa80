package ssh

import (
	"bytes"
	"errors"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"opora/backend/opora"
)

// lookTime is how long a session may take to begin and to end after "exit".
const lookTime = 5 * time.Second

// look finds out what an accepted login is good for. The verdict stands unless
// the server itself says that the password has to be changed.
func (d *dialogue) look(client *ssh.Client) opora.Finding {
	if !d.asked && d.kind != opora.SFTP {
		return opora.Found(opora.OK)
	}
	late := time.AfterFunc(lookTime, func() { _ = client.Close() })
	defer late.Stop()
	session, err := client.NewSession()
	if err != nil {
		return opora.Found(opora.OK, opora.Hint{Code: opora.HintNoShell})
	}
	defer func() { _ = session.Close() }()
	if d.kind == opora.SFTP {
		if session.RequestSubsystem("sftp") != nil {
			d.session.Step(opora.StepFault, "no sftp")
			return opora.Found(opora.NotPermitted, opora.Hint{Code: opora.HintMethodsOffered, Detail: "ssh"})
		}
		return opora.Found(opora.OK)
	}
	output := &firstBytes{left: 4096}
	session.Stdout, session.Stderr = output, output
	err = session.Run("exit")
	var missing *ssh.ExitMissingError
	switch text := output.String(); {
	case err == nil, errors.As(err, &missing): // a menu, or a program that stays: a session is a session
		return opora.Found(opora.OK)
	case expired(text):
		d.session.Step(opora.StepText, text)
		return opora.Found(opora.PasswordExpired, opora.Hint{Code: opora.HintPasswordCorrect})
	}
	return opora.Found(opora.OK, opora.Hint{Code: opora.HintNoShell})
}

// firstBytes keeps the beginning of what is written to it, without holding up
// the writer.
type firstBytes struct {
	mu   sync.Mutex // standard output and error are copied by two goroutines
	text bytes.Buffer
	left int
}

func (f *firstBytes) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	keep := min(len(p), f.left)
	f.left -= keep
	_, _ = f.text.Write(p[:keep])
	return len(p), nil
}

func (f *firstBytes) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}
