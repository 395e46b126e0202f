package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/simulator/pylog"
)

// grpcCalls is --max_conc of upstream's start line.
const grpcCalls = 4

// grpcServer is upstream's runtime/python/grpc/server.py. It takes connections
// and says nothing on them; only the load generator makes it synthesise.
type grpcServer struct {
	engine *engine
	port   int
	slots  chan struct{}
}

func newGRPC(e *engine, port int) front {
	return &grpcServer{engine: e, port: port, slots: make(chan struct{}, grpcCalls)}
}

func (g *grpcServer) serve(ctx context.Context, l net.Listener) error {
	g.engine.log.Record(pylog.Info, "grpc service initialized")
	g.engine.log.Record(pylog.Info, "server listening on 0.0.0.0:%d", g.port)
	context.AfterFunc(ctx, func() { l.Close() })
	var open sync.WaitGroup
	defer open.Wait()
	for {
		connection, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("accept a connection: %w", err)
		}
		open.Go(func() {
			stop := context.AfterFunc(ctx, func() { connection.Close() })
			defer stop()
			defer connection.Close()
			_, _ = io.Copy(io.Discard, connection) // Until the client or ctx ends it.
		})
	}
}

// submit refuses a call too many without a line in the log, as upstream does.
func (g *grpcServer) submit(ctx context.Context, r request) error {
	select {
	case g.slots <- struct{}{}:
	default:
		return errors.New("the server takes no more calls")
	}
	defer func() { <-g.slots }()
	g.engine.log.Record(pylog.Info, "get %s inference request", r.Mode)
	g.engine.log.Record(pylog.Info, "send inference response")
	err := g.engine.synthesize(ctx, r, func(int) error { return nil })
	if failure := serverFailure(nil); errors.As(err, &failure) {
		frames := []frame{{"grpc/_server.py", 590, "_take_response_from_response_iterator", "return next(response_iterator), True"}}
		g.engine.log.Record(pylog.Error, "Exception iterating responses: %s\n%s", failure, traceback(append(frames, synthesisFrames(r)...), failure))
	}
	return err
}
