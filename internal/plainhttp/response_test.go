package plainhttp

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBodies(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	for name, tc := range map[string]struct{ answer, body, err string }{
		"of a length":          {answer: ok + "content-length: 3\r\n\r\nabcdef", body: "abc"},
		"to the end":           {answer: ok + "\r\nabcdef", body: "abcdef"},
		"in chunks":            {answer: ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;name=x\r\nde\r\n0\r\n\r\n", body: "abcde"},
		"empty, in chunks":     {answer: ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		"of a header of 1.0":   {answer: "HTTP/1.0 200\r\n\r\nabc", body: "abc"},
		"cut short":            {answer: ok + "Content-Length: 9\r\n\r\nabc", body: "abc", err: "unexpected EOF"},
		"with a chunk cut":     {answer: ok + "Transfer-Encoding: chunked\r\n\r\n9\r\nabc", body: "abc", err: "unexpected EOF"},
		"without a last chunk": {answer: ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", body: "abc", err: "unexpected EOF"},
		"of a chunk of x":      {answer: ok + "Transfer-Encoding: chunked\r\n\r\nx\r\nabc", err: `a chunk of "x" bytes`},
		"of a chunk below 0":   {answer: ok + "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc", err: `a chunk of "-1" bytes`},
		"of a length below 0":  {answer: ok + "Content-Length: -1\r\n\r\n", err: `a body of "-1" bytes`},
		"in an unknown coding": {answer: ok + "Transfer-Encoding: gzip\r\n\r\n", err: `coded as "gzip"`},
		"after half a header":  {answer: ok + "Content-Length: 3\r\n", err: "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := readResponse(bufio.NewReader(strings.NewReader(tc.answer)))
			var body []byte
			if err == nil {
				body, err = io.ReadAll(response.Body)
			}
			assert.Equal(t, tc.body, string(body))
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, 200, response.StatusCode)
		})
	}
}

// What net/http understands of an answer is understood here as well.
func FuzzReadResponse(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"))
	f.Add([]byte("HTTP/1.0 404 Not Found\r\n\r\nabc"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		ours, err := readResponse(bufio.NewReader(bytes.NewReader(answer)))
		if err != nil {
			return
		}
		body, err := io.ReadAll(ours.Body)
		require.LessOrEqual(t, len(body), len(answer))
		theirs, theirErr := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
		if err != nil || theirErr != nil || theirs.StatusCode < 200 || theirs.StatusCode == 204 || theirs.StatusCode == 304 {
			return // net/http gives these no body
		}
		assert.Equal(t, theirs.StatusCode, ours.StatusCode)
		theirBody, theirErr := io.ReadAll(theirs.Body)
		if theirErr == nil {
			assert.Equal(t, string(theirBody), string(body))
		}
	})
}
