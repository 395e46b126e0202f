// Package plainhttp asks a server on this host over HTTP. Go's net/http brings TLS, HTTP/2,
// proxies and cookies along, which are 2 MB in every process of a program that wants none of
// them, and its client two goroutines for each connection.
package plainhttp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"
)

// headerLimit bounds what is read of an answer's header, in bytes.
const headerLimit = 16 << 10

// Get asks for a path, by a connection of its own, and hands the answer to read, which
// gets at most limit bytes of its body. No redirection is followed. It ends with ctx, whose
// error it then returns, or with that of read.
func Get(ctx context.Context, address netip.AddrPort, path string, limit int64, read func(*Response) error) error {
	// A connection that lives for one question needs no keep-alive.
	connection, err := (&net.Dialer{KeepAlive: -1}).DialContext(ctx, "tcp", address.String())
	if err != nil {
		return err // it names the address
	}
	defer connection.Close()
	stop := context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	err = exchange(connection, address.String(), path, limit, read)
	if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("get http://%s%s: %w", address, path, err)
	}
	return nil
}

func exchange(connection net.Conn, host, path string, limit int64, read func(*Response) error) error {
	_, err := io.WriteString(connection, "GET "+path+" HTTP/1.1\r\n"+
		"Host: "+host+"\r\nUser-Agent: cosyvoice-telegraf\r\nConnection: close\r\n\r\n")
	if err != nil {
		return err
	}
	header := &io.LimitedReader{R: connection, N: headerLimit}
	response, err := readResponse(bufio.NewReader(header))
	if err != nil {
		if header.N <= 0 {
			return fmt.Errorf("its header has more than %d bytes", headerLimit)
		}
		return err
	}
	header.N = limit // beside what was read with the header
	response.Body = io.LimitReader(response.Body, limit)
	return read(response)
}
