package main

import (
	"context"
	"errors"
)

// accident is what befalls one synthesis.
type accident string

const (
	// memoryRunsOut needs a GPU.
	memoryRunsOut accident = "memory runs out"
	// threadDies ends the language model's thread before its first token. A request that
	// is not streamed fails of it, since upstream goes on without tokens.
	threadDies accident = "thread dies"
	// threadHangs is the same for a streamed request, which waits for tokens for ever.
	threadHangs accident = "thread hangs"
	// contextIsLost is an illegal memory access, after which every synthesis fails.
	contextIsLost accident = "context is lost"
	// speaksOn is a language model that does not find the end of its text.
	speaksOn accident = "speaks on"
	// clientLeaves is after its first chunk.
	clientLeaves accident = "client leaves"
)

// errClientLeft ends the work for a client that is gone.
var errClientLeft = errors.New("the client left")

// rambling is how many times the speech of a text comes out where its end is not found: upstream's
// model stops at 20 tokens of speech for each of the text, which is about a character of Chinese.
const rambling = 3

// beyondAnyCard is more than a GPU has.
const beyondAnyCard = 256 << 30

// deadThread is what Python prints when the thread of upstream's model raises.
const deadThread = `Exception in thread Thread-%d (llm_job):
Traceback (most recent call last):
  File "/opt/conda/envs/cosyvoice/lib/python3.10/threading.py", line 1016, in _bootstrap_inner
    self.run()
  File "/opt/conda/envs/cosyvoice/lib/python3.10/threading.py", line 953, in run
    self._target(*self._args, **self._kwargs)
  File "cosyvoice/cli/model.py", line 121, in llm_job
    for i in token_generator:
  File "cosyvoice/llm/llm.py", line 639, in inference_wrapper
    raise ValueError('should not get token {}'.format(top_ids))
ValueError: should not get token 6562`

// afterTokens is where the language model of a chunk is done, and its flow begins. An
// error of the simulated server is a serverFailure; it does not return from a hang
// before ctx ends.
func (e *engine) afterTokens(ctx context.Context, s *synthesis) error {
	if e.scenario.crashes(e.finished.Load()) {
		die()
	}
	switch s.accident {
	case memoryRunsOut:
		return e.card.allocate(beyondAnyCard)
	case threadDies:
		e.log.Print(deadThread, s.thread)
		return noTokens
	case threadHangs:
		e.log.Print(deadThread, s.thread)
		return e.hang(ctx, s)
	case contextIsLost:
		e.poisoned.Store(true)
	}
	if e.poisoned.Load() {
		return illegalAccess
	}
	return nil
}

// hang keeps the request in work without any work being done.
func (e *engine) hang(ctx context.Context, s *synthesis) error {
	e.card.unwatch(s.memory)
	s.truth.ended(nil, s.memory)
	s.truth.Outcome = stuck
	if err := e.truth.write(&s.truth); err != nil {
		return err
	}
	e.running.Add(-1)
	defer e.running.Add(1)
	<-ctx.Done()
	return ctx.Err()
}
