package logline

import (
	"bytes"
	"math"
	"strconv"
)

// parseYield reads "yield speech len 0.84, rtf 2.9963376976194835" and the forms of
// async_cosyvoice ("yield speech index:0, len 0.44, rtf 0.646,  cost 0.284s") and
// FastCosyVoice ("Yield speech len=1.240s, rtf=0.245").
func parseYield(b []byte) (y YieldLine, ok bool) {
	b = b[len("yield speech "):]
	if rest, found := bytes.CutPrefix(b, []byte("index:")); found {
		_, rest, found = bytes.Cut(rest, []byte{','})
		if !found {
			return y, false
		}
		b = bytes.TrimLeft(rest, " ")
	}
	b, ok = bytes.CutPrefix(b, []byte("len"))
	if !ok {
		return y, false
	}
	y.AudioSeconds, b, ok = value(b)
	if !ok {
		return y, false
	}
	b = bytes.TrimPrefix(b, []byte("s"))
	b, ok = bytes.CutPrefix(b, []byte(","))
	if !ok {
		return y, false
	}
	b, ok = bytes.CutPrefix(bytes.TrimLeft(b, " "), []byte("rtf"))
	if !ok {
		return y, false
	}
	y.RTF, b, ok = value(b)
	ok = ok && (len(b) == 0 || b[0] == ' ' || b[0] == ',')
	// Beyond a day it is no utterance, and beyond a week no wait for one.
	ok = ok && y.AudioSeconds > 0 && y.AudioSeconds < 86400 && y.ComputeSeconds() < 7*86400
	return y, ok
}

// value reads " 9e-05" or "=0.245" and returns what follows it.
func value(b []byte) (v float64, rest []byte, ok bool) {
	if len(b) < 2 || (b[0] != ' ' && b[0] != '=') {
		return 0, b, false
	}
	b = b[1:]
	n := 0
	for n < len(b) && n < 32 && (isDigit(b[n]) || b[n] == '.' || b[n] == 'e' ||
		(n > 0 && b[n-1] == 'e' && (b[n] == '-' || b[n] == '+'))) {
		n++
	}
	v, err := strconv.ParseFloat(string(b[:n]), 64)
	return v, b[n:], err == nil && !math.IsInf(v, 0)
}

// requestMode reads "get zero_shot inference request".
func requestMode(b []byte) (Mode, bool) {
	name, found := bytes.CutSuffix(bytes.TrimRight(b[len("get "):], " "), []byte(" inference request"))
	if !found {
		return "", false
	}
	return modeOf(name)
}

func modeOf(name []byte) (Mode, bool) {
	for _, mode := range [...]Mode{SFT, ZeroShot, CrossLingual, Instruct, Instruct2, VC} {
		if string(name) == string(mode) {
			return mode, true
		}
	}
	return "", false
}

// parseAccess reads `"POST /inference_sft?x=y HTTP/1.1" 200 OK`, as uvicorn and others
// write it behind the client's address.
func parseAccess(b []byte) (a AccessLine, ok bool) {
	request, answer, found := bytes.Cut(b[1:], []byte{'"'})
	if !found || len(answer) < 4 || answer[0] != ' ' {
		return a, false
	}
	if a.Status, ok = wholeNumber(answer[1:4]); !ok || a.Status < 100 || a.Status > 599 {
		return a, false
	}
	if len(answer) > 4 && answer[4] != ' ' {
		return a, false
	}
	_, route, _ := bytes.Cut(request, []byte{' '})
	route, protocol, found := bytes.Cut(route, []byte{' '})
	if !found || !bytes.HasPrefix(protocol, []byte("HTTP/")) {
		return a, false
	}
	route, _, _ = bytes.Cut(route, []byte{'?'})
	route = bytes.TrimRight(route, "/")
	name, found := bytes.CutPrefix(route[bytes.LastIndexByte(route, '/')+1:], []byte("inference_"))
	if found {
		a.Mode, _ = modeOf(name)
	}
	return a, true
}
