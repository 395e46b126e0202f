package plainhttp

import (
	"bufio"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// Response is what a server answers.
type Response struct {
	Status     string // such as "404 Not Found"
	StatusCode int
	Body       io.Reader
}

// readResponse reads the header of an answer (RFC 9112, 4 to 6).
func readResponse(from *bufio.Reader) (*Response, error) {
	lines := textproto.NewReader(from)
	line, err := lines.ReadLine()
	if err != nil {
		return nil, unexpected(err)
	}
	version, status, _ := strings.Cut(line, " ")
	digits, _, _ := strings.Cut(status, " ")
	code, err := strconv.Atoi(digits)
	if !strings.HasPrefix(version, "HTTP/1.") || len(digits) != 3 || err != nil {
		return nil, fmt.Errorf("malformed HTTP: the answer begins with %.40q", line)
	}
	header, err := lines.ReadMIMEHeader()
	if err != nil {
		return nil, unexpected(err)
	}
	body, err := bodyOf(header, from)
	if err != nil {
		return nil, err
	}
	return &Response{Status: status, StatusCode: code, Body: body}, nil
}

// bodyOf is the rest of the connection, unless the header tells how much of it.
func bodyOf(header textproto.MIMEHeader, from *bufio.Reader) (io.Reader, error) {
	if coding := header.Get("Transfer-Encoding"); coding != "" {
		if !strings.EqualFold(coding, "chunked") {
			return nil, fmt.Errorf("its body is coded as %.40q", coding)
		}
		return &chunks{from: from}, nil
	}
	length := header.Get("Content-Length")
	if length == "" {
		return from, nil
	}
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("malformed HTTP: a body of %.40q bytes", length)
	}
	return &part{from, n}, nil
}

// unexpected is the error of a reading that ended where more had to come.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// part is so many bytes of from.
type part struct {
	from io.Reader
	left int64
}

func (p *part) Read(to []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	n, err := p.from.Read(to[:min(int64(len(to)), p.left)])
	p.left -= int64(n)
	return n, unexpected(err)
}

// chunks is a body in parts, each behind its size and before an empty line; one without
// bytes ends it (RFC 9112, 7.1).
type chunks struct {
	from *bufio.Reader
	part part
	last bool
	some bool // one was read
}

func (c *chunks) Read(to []byte) (int, error) {
	if c.part.left == 0 && !c.last {
		if err := c.next(); err != nil {
			return 0, unexpected(err)
		}
	}
	return c.part.Read(to)
}

func (c *chunks) next() error {
	if c.some {
		if _, err := c.from.Discard(len("\r\n")); err != nil {
			return err
		}
	}
	line, err := c.from.ReadSlice('\n')
	if err != nil {
		return err
	}
	size, _, _ := strings.Cut(strings.TrimSpace(string(line)), ";")
	n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("malformed HTTP: a chunk of %.40q bytes", size)
	}
	c.part, c.some, c.last = part{c.from, n}, true, n == 0
	return nil
}
