package logline

import "bytes"

// meaning is what a message is about, told by the words that it begins with.
type meaning uint8

const (
	yields meaning = iota + 1
	starts
	tooShort
	requested
	accessed
	saved
	notices
	announces // an error, whose traceback follows in the same log record
	threadDies
	ignores // an exception that Python ignores
	killed
)

// phrase is the beginning of a message.
type phrase struct {
	words   string
	meaning meaning
	notice  NoticeCode
	where   Where
	error   ErrorClass
	// printed tells that it comes without the logger's header.
	printed bool
}

// phrases are those of the catalogue, by their first byte. The spelling is theirs.
var phrases = byFirstByte([]phrase{
	// cosyvoice/cli/cosyvoice.py, and FastCosyVoice
	{words: "yield speech ", meaning: yields},
	{words: "Yield speech ", meaning: yields},
	{words: "synthesis text ", meaning: starts},
	{words: "Synthesizing: ", meaning: starts},
	{words: "Synthesizing (cross-lingual): ", meaning: starts},
	{words: "Synthesis text \"", meaning: tooShort},
	// webui.py, runtime/python/grpc/server.py
	{words: "get ", meaning: requested},
	{words: "\"GET /", meaning: accessed},
	{words: "\"POST /", meaning: accessed},
	{words: "\"HEAD /", meaning: accessed},
	{words: "\"OPTIONS /", meaning: accessed},
	{words: "\"PUT /", meaning: accessed},
	{words: "\"DELETE /", meaning: accessed},
	{words: "Audio saved to ", meaning: saved, printed: true},
	{words: "[DONE] Audio saved to ", meaning: saved, printed: true},
	// the start of a server
	{words: "no cuda device", meaning: notices, notice: NoCUDA},
	{words: "input frame rate=", meaning: notices, notice: ModelLoading},
	{words: "Converting onnx to trt", meaning: notices, notice: TRTConverting},
	{words: "Succesfully convert onnx to trt", meaning: notices, notice: TRTConverted},
	{words: "Successfully convert onnx to trt", meaning: notices, notice: TRTConverted},
	{words: "DiT tensorRT fp16 engine have some performance issue", meaning: notices, notice: TRTPrecision},
	{words: "no frontend is avaliable", meaning: notices, notice: FrontendMissing},
	{words: "no frontend is available", meaning: notices, notice: FrontendMissing},
	{words: "server listening on ", meaning: notices, notice: Listening},
	{words: "Uvicorn running on ", meaning: notices, notice: Listening, printed: true},
	{words: "Running on local URL:", meaning: notices, notice: Listening, printed: true},
	{words: "Running on http", meaning: notices, notice: Listening, printed: true},
	// onnxruntime_pybind_state.cc and onnxruntime_inference_collection.py
	{words: "Failed to create CUDAExecutionProvider", meaning: notices, notice: ONNXOnCPU, printed: true},
	{words: "Falling back to ['CPUExecutionProvider'", meaning: notices, notice: ONNXOnCPU, printed: true},
	// errors
	{words: "Exception in ASGI application", meaning: announces, where: ASGI},
	{words: "Exception iterating responses: ", meaning: announces, where: GRPC, error: OtherError},
	{words: "Exception calling application: ", meaning: announces, where: GRPC, error: OtherError},
	{words: "\"Error in streaming request: ", meaning: announces, error: OtherError},
	{words: "\"Error in offline request: ", meaning: announces, error: OtherError},
	{words: "EngineCore failed to start", meaning: announces, error: EngineFailed},
	{words: "EngineCore encountered a fatal error", meaning: announces, error: EngineFailed},
	{words: "Exception in thread ", meaning: threadDies},
	{words: "Exception ignored in", meaning: ignores},
	{words: "Killed", meaning: killed, notice: KilledByOS, printed: true},
})

func byFirstByte(list []phrase) (index [256][]phrase) {
	for _, p := range list {
		index[p.words[0]] = append(index[p.words[0]], p)
	}
	return index
}

// phraseAt returns the phrase at the beginning of b, or nil.
func phraseAt(b []byte) *phrase {
	list := phrases[b[0]]
	for i := range list {
		p := &list[i]
		if len(b) >= len(p.words) && string(b[:len(p.words)]) == p.words {
			if !p.completes(b) {
				return nil
			}
			return p
		}
	}
	return nil
}

// completes tells whether a message that begins with the phrase goes on as it must.
func (p *phrase) completes(b []byte) (ok bool) {
	switch p.meaning {
	case requested:
		_, ok = requestMode(b)
	case accessed:
		_, ok = parseAccess(b)
	case saved:
		ok = bytes.Contains(b, []byte("outputs/"))
	case killed:
		rest := b[len(p.words):]
		ok = len(bytes.TrimRight(rest, " ")) == 0 || bytes.HasPrefix(rest, []byte("     "))
	default:
		ok = true
	}
	return ok
}

// follows tells whether the phrase is the message of a line that begins with head, and
// not quoted in it.
func (p *phrase) follows(head []byte, h header) bool {
	if h.logged() || len(bytes.Trim(head, "* \t")) == 0 {
		return true
	}
	// A shell: "run.sh: line 3:  4711 Killed                  python3 webui.py".
	return p.meaning == killed && bytes.Contains(head, []byte(": line "))
}
