// Package plainhttp asks a server on this host over HTTP. Go's http.Client brings TLS,
// HTTP/2, proxies and cookies along, which are 2 MB in every process of a program that
// wants none of them, and two goroutines for each connection; so only the reading and
// writing of messages is taken from net/http.
package plainhttp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"
)

// headerLimit bounds what is read of an answer's header, in bytes.
const headerLimit = 16 << 10

// Get asks for a path, by a connection of its own, and hands the answer to read, which
// gets at most limit bytes of its body. No redirection is followed. It ends with ctx, whose
// error it then returns, or with that of read.
func Get(ctx context.Context, address netip.AddrPort, path string, limit int64, read func(*http.Response) error) error {
	url := "http://" + address.String() + path
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("build the request for %s: %w", url, err)
	}
	request.Close = true
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address.String())
	if err != nil {
		return err // it names the address
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	err = exchange(connection, request, limit, read)
	if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("get %s: %w", url, err)
	}
	return nil
}

func exchange(connection net.Conn, request *http.Request, limit int64, read func(*http.Response) error) error {
	if err := request.Write(connection); err != nil {
		return err
	}
	header := &io.LimitedReader{R: connection, N: headerLimit}
	response, err := http.ReadResponse(bufio.NewReader(header), request)
	if err != nil {
		if header.N <= 0 {
			return fmt.Errorf("its header has more than %d bytes", headerLimit)
		}
		return err
	}
	defer response.Body.Close()
	header.N = limit // beside what was read with the header
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, limit), response.Body}
	return read(response)
}
