package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestList(t *testing.T) {
	var out bytes.Buffer
	err := list(&out, []byte(`cosyvoice_gpu,name=RTX\ 4090,uuid=GPU-1 index=0i,memory_used_bytes=2.5769803776e+10,power_w=18.51234,state="a b",up=true 1
m a=2.5e-06 2
`))
	require.NoError(t, err)
	require.Equal(t, `cosyvoice_gpu  name=RTX 4090  uuid=GPU-1
  index              0
  memory_used_bytes  25769803776
  power_w            18.512
  state              a b
  up                 true

m
  a  0
`, out.String())
}
