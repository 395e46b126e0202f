package logline
import ("os";"testing";"bytes")
func TestZZ(t *testing.T){ for _,n:=range []string{"debug_noise","forged"} {
 all,_:=os.ReadFile("../testdata/corpus/"+n+"/cosyvoice.log"); r:=NewReader(func(*Record){}); var s int64; for _,l:=range bytes.SplitAfter(all,newline) { r.Write(l); if r.Counters().Suspicious>s {s=r.Counters().Suspicious; t.Logf("%.120q",l)} }
 t.Log(read(all).characters)
}}
