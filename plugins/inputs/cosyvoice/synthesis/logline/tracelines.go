package logline

import "bytes"

// ungrouped cuts the "  | " off a line of an exception group's traceback.
func ungrouped(b []byte) []byte {
	indented := bytes.TrimLeft(b, " ")
	if len(indented) == 0 || indented[0] != '|' || len(indented) == len(b) {
		return b
	}
	return bytes.TrimPrefix(indented[1:], []byte(" "))
}

// isHead knows "Traceback (most recent call last):" and, with its "  + " before it, the
// head of a group's.
func isHead(b []byte) bool {
	b = bytes.TrimPrefix(bytes.TrimLeft(b, " "), []byte("+ "))
	b = bytes.TrimPrefix(b, []byte("Exception Group "))
	return bytes.HasPrefix(b, []byte("Traceback (most recent call last):"))
}

func isChain(b []byte) bool {
	return bytes.HasPrefix(b, []byte("During handling of the above exception, another exception occurred:")) ||
		bytes.HasPrefix(b, []byte("The above exception was the direct cause of the following exception:"))
}

// isFrame knows `  File "model.py", line 121, in llm_job`.
func isFrame(b []byte) bool {
	b = bytes.TrimLeft(b, " ")
	return bytes.HasPrefix(b, []byte(`File "`)) && bytes.Contains(b, []byte(`", line `))
}

// isSeparator knows the "+-+---- 1 ----" between the exceptions of a group.
func isSeparator(b []byte) bool {
	b = bytes.TrimLeft(b, " ")
	return len(b) > 8 && b[0] == '+' && b[1] == '-' && bytes.HasSuffix(b, []byte("----"))
}

// exceptionLine splits "torch.OutOfMemoryError: CUDA out of memory" or "AssertionError".
// The name is nil where the line has another form.
func exceptionLine(b []byte) (name, message []byte) {
	n, part := 0, 0 // part: where the last part of a dotted name begins
	for ; n < len(b) && n < 120; n++ {
		if b[n] == '.' {
			part = n + 1
		} else if !isLetter(b[n]) && b[n] != '_' && (n == part || !isDigit(b[n])) {
			break
		}
	}
	// A class begins with a capital, but for some in a module, such as socket.timeout.
	if part >= n || (part == 0 && (b[0] < 'A' || b[0] > 'Z')) {
		return nil, nil
	}
	name = b[:n]
	switch rest := bytes.TrimRight(b[n:], " "); {
	case len(rest) == 0 || (len(rest) == 1 && rest[0] == ':'):
		return name, nil
	case bytes.HasPrefix(rest, []byte(": ")):
		return name, bytes.TrimLeft(rest[2:], " ")
	}
	return nil, nil
}

func exceptionName(b []byte) []byte {
	name, _ := exceptionLine(ungrouped(b))
	return name
}

// isErrorName tells whether a name alone, without a traceback before it, is an exception's.
func isErrorName(name []byte) bool {
	last := name[bytes.LastIndexByte(name, '.')+1:]
	return bytes.HasSuffix(last, []byte("Exception")) ||
		len(last) > len("Error") && bytes.HasSuffix(last, []byte("Error"))
}
