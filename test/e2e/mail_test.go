//go:build e2e

package e2e

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// letter is a mail as a person reads it.
type letter struct {
	to, subject, text, html string
	at                      time.Time // when it was here, not yet taken
}

// mailServer takes mails from who knows the password.
type mailServer struct {
	t        *testing.T
	listener net.Listener
	password string
	slow     time.Duration // before it greets, and before it takes a mail

	mu      sync.Mutex
	letters []letter
}

func newMailServer(t *testing.T, password string, slow time.Duration) *mailServer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &mailServer{t: t, listener: listener, password: password, slow: slow}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { s.talk(textproto.NewConn(connection)) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		open.Wait()
	})
	return s
}

// talk is the server's side of RFC 5321 for one connection. It ends when the client's ends.
func (s *mailServer) talk(c *textproto.Conn) {
	defer c.Close()
	say := func(line string) { _ = c.PrintfLine("%s", line) }
	time.Sleep(s.slow)
	say("220 mail.test ESMTP")
	known := false
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			say("250-mail.test")
			say("250 AUTH PLAIN")
		case "AUTH":
			_, response, _ := strings.Cut(rest, " ")
			decoded, _ := base64.StdEncoding.DecodeString(response)
			if known = strings.HasSuffix(string(decoded), "\x00"+s.password); known {
				say("235 welcome")
			} else {
				say("535 wrong password")
			}
		case "MAIL", "RCPT":
			if known {
				say("250 ok")
			} else {
				say("530 who are you?")
			}
		case "DATA":
			say("354 go on")
			s.take(c.DotReader())
			time.Sleep(s.slow)
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 what?")
		}
	}
}

func (s *mailServer) take(raw io.Reader) {
	message, err := mail.ReadMessage(raw)
	if !assert.NoError(s.t, err) {
		return
	}
	l := letter{at: time.Now()}
	decode := new(mime.WordDecoder).DecodeHeader
	l.subject, err = decode(message.Header.Get("Subject"))
	assert.NoError(s.t, err)
	l.to, err = decode(message.Header.Get("To"))
	assert.NoError(s.t, err)
	_, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	assert.NoError(s.t, err)
	for parts := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := parts.NextPart() // quoted-printable is decoded by it
		if err == io.EOF {
			break
		}
		if !assert.NoError(s.t, err) {
			return
		}
		content, err := io.ReadAll(part)
		assert.NoError(s.t, err)
		switch kind := part.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "text/plain"):
			l.text = string(content)
		case strings.HasPrefix(kind, "text/html"):
			l.html = string(content)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters = append(s.letters, l)
}

// about are the mails with that text in their subject.
func (s *mailServer) about(text string) (found []letter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.letters {
		if strings.Contains(l.subject, text) {
			found = append(found, l)
		}
	}
	return found
}

func (s *mailServer) subjects() (all []string) {
	for _, l := range s.about("") {
		all = append(all, l.subject)
	}
	return all
}
