package process

import (
	"slices"
	"strconv"
	"strings"
)

// givenPort is the port that the command line asks for, or 0.
func givenPort(c command) int {
	if text, given := c.option("--port", "-p", "--http-port"); given {
		return port(text)
	}
	// Gunicorn and hypercorn take an address.
	address, _ := c.option("--bind", "-b")
	return port(address[strings.LastIndexByte(address, ':')+1:])
}

func port(text string) int {
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int(number)
}

// modelOptions are those of the official servers, the wrappers, vLLM, SGLang
// and Triton.
var modelOptions = []string{"--model_dir", "--model-dir", "--model", "--model-path", "--model-repository", "--model-store"}

// Options of vLLM that have no value of their own.
var modelFlags = []string{"--omni", "--trust-remote-code"}

// givenModel is the folder or the name of the model that the command line asks
// for, or "".
func givenModel(c command, entry entryPoint) string {
	if c.isTitle() {
		return c.program
	}
	if model, given := c.option(modelOptions...); given || !entry.anyModel {
		return model
	}
	// vLLM and trtllm-serve take it as the first argument that is no option's.
	isValue := false
	for _, argument := range c.arguments {
		switch {
		case strings.HasPrefix(argument, "-"):
			isValue = !strings.Contains(argument, "=") && !slices.Contains(modelFlags, argument)
		case isValue:
			isValue = false
		case argument != "serve":
			return argument
		}
	}
	return ""
}
