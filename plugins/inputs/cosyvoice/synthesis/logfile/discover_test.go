package logfile

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// speech prints on standard error what it is told to, and says when it has. It does so in
// a shell of its own, as a shell redirects its own descriptors for the time of an echo.
const speech = `while read -r line <&3; do (echo "$line" >&2; echo >&4); done`

// speaker is a server in a process of its own.
type speaker struct {
	t        *testing.T
	command  *exec.Cmd
	commands io.WriteCloser
	answers  *bufio.Reader
}

func (b *bench) speaker(stdout, stderr *os.File) *speaker {
	b.t.Helper()
	s := &speaker{t: b.t, command: exec.Command("/bin/sh", "-c", speech)}
	in, commands, err := os.Pipe()
	require.NoError(b.t, err)
	answers, out, err := os.Pipe()
	require.NoError(b.t, err)
	s.commands, s.answers = commands, bufio.NewReader(answers)
	// The files are given as they are: through an io.Writer they would be pipes.
	if stdout != nil {
		s.command.Stdout = stdout
	}
	if stderr != nil {
		s.command.Stderr = stderr
	}
	s.command.ExtraFiles = []*os.File{in, out}
	require.NoError(b.t, s.command.Start())
	b.t.Cleanup(func() {
		s.stop()
		in.Close()
		out.Close()
		answers.Close()
	})
	return s
}

// say makes the server print a line, and waits until it has.
func (s *speaker) say(line string) {
	s.t.Helper()
	_, err := fmt.Fprintln(s.commands, line)
	require.NoError(s.t, err)
	_, err = s.answers.ReadString('\n')
	require.NoError(s.t, err)
}

func (s *speaker) stop() {
	if s.command.ProcessState == nil {
		s.commands.Close()
		s.command.Wait()
	}
}

func (s *speaker) server(start time.Time) Server {
	return Server{PID: s.command.Process.Pid, Start: start}
}

// attach follows a server without being told where its log is.
func (b *bench) attach(server Server) {
	b.t.Helper()
	if b.follower == nil {
		b.options.Patterns = nil
		b.start()
	}
	b.follower.Attach(server)
}

func (b *bench) open(name string, flags int) *os.File { return b.writer(name, flags).file }

func TestTheLogOfAServerIsFollowedWhateverHappensToItsName(t *testing.T) {
	b := newBench(t)
	b.write("cosyvoice.log", "old\n")
	log := b.open("cosyvoice.log", os.O_APPEND)
	s := b.speaker(log, log)
	b.attach(s.server(b.now.Add(-time.Hour)))
	require.Empty(t, b.poll())
	s.say("one")
	require.Equal(t, []string{"one"}, b.poll())
	b.rename("cosyvoice.log", "moved.log")
	s.say("two")
	require.Equal(t, []string{"two"}, b.poll())
	b.remove("moved.log")
	s.say("three")
	require.Equal(t, []string{"three"}, b.polls(2))
	b.now = b.now.Add(rescanAfter)
	s.say("four")
	require.Equal(t, []string{"four"}, b.polls(2))

	s.say("last words")
	s.stop()
	b.now = b.now.Add(rescanAfter)
	require.Equal(t, []string{"last words"}, b.polls(2), "a dead server's log is open until it is detached")
	b.follower.Detach()
	b.polls(2)
	require.Equal(t, []FileID{1}, b.reader.ended, "standard output and error are one file")
	require.Empty(t, b.journal.warnings())
}

func TestADeletedLogIsFound(t *testing.T) {
	b := newBench(t)
	log := b.open("cosyvoice.log", os.O_APPEND)
	s := b.speaker(log, log)
	b.remove("cosyvoice.log")
	b.attach(s.server(b.now))
	s.say("one")
	require.Equal(t, []string{"one"}, b.poll())
	require.Equal(t, b.log, b.follower.Checkpoint()[0].Path)
}

func TestTheLogOfAServerIsCopiedAndEmptied(t *testing.T) {
	b := newBench(t)
	log := b.open("cosyvoice.log", os.O_APPEND)
	s := b.speaker(log, log)
	b.attach(s.server(b.now))
	s.say("one")
	require.Equal(t, []string{"one"}, b.poll())
	s.say("two")
	b.copyTruncate("cosyvoice.log", "cosyvoice.log.1")
	s.say("three, which is longer than all before")
	require.Equal(t, []string{"two", "three, which is longer than all before"}, b.polls(2))
}

func TestTwoFilesOfOneServer(t *testing.T) {
	b := newBench(t)
	s := b.speaker(b.open("out.log", os.O_APPEND), b.open("err.log", os.O_APPEND))
	b.attach(s.server(b.now))
	s.say("one")
	b.write("out.log", "two\n")
	require.ElementsMatch(t, []string{"one", "two"}, b.poll())
}

func TestWhereReadingBeginsInAServersLog(t *testing.T) {
	for name, c := range map[string]struct {
		flags   int
		old     bool          // the file has content of before
		started time.Duration // before the plugin
		want    []string
	}{
		"young, own file":              {os.O_APPEND, false, 0, []string{"new"}},
		"young, emptied":               {os.O_TRUNC, true, 0, []string{"new"}},
		"young, appends to an old log": {os.O_APPEND, true, 0, []string{}},
		"younger than the plugin":      {os.O_TRUNC, true, -time.Hour, []string{"new"}},
		"old":                          {os.O_TRUNC, false, time.Hour, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if c.old {
				b.write("cosyvoice.log", "before\n")
				// The server is of a later time than the file's birth, which cannot be set.
				b.now = b.now.Add(time.Hour)
			}
			log := b.open("cosyvoice.log", c.flags)
			s := b.speaker(log, log)
			b.attach(s.server(b.now.Add(-c.started)))
			s.say("new")
			require.Equal(t, c.want, b.poll())
			s.say("newer")
			require.Equal(t, []string{"newer"}, b.poll())
		})
	}
}

func TestARestartedServerThatAppendsLosesNothing(t *testing.T) {
	b := newBench(t)
	log := b.open("cosyvoice.log", os.O_APPEND)
	first := b.speaker(log, log)
	b.attach(first.server(b.now))
	first.say("one")
	require.Equal(t, []string{"one"}, b.poll())
	first.say("two")
	first.stop()
	b.follower.Detach()
	require.Equal(t, []string{"two"}, b.poll())

	second := b.speaker(log, log)
	second.say("three")
	b.attach(second.server(b.now))
	require.Equal(t, []string{"three"}, b.poll())

	// The next one is there before anybody noticed that this one went.
	second.say("four")
	second.stop()
	third := b.speaker(log, log)
	third.say("five")
	b.attach(third.server(b.now))
	require.Equal(t, []string{"four", "five"}, b.poll())
	require.Equal(t, []FileID{1}, b.reader.ended)
}

func TestARestartedServerThatEmptiesItsLog(t *testing.T) {
	for name, detached := range map[string]bool{"noticed": true, "not noticed": false} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			log := b.open("cosyvoice.log", os.O_TRUNC)
			first := b.speaker(log, log)
			b.attach(first.server(b.now))
			first.say("one")
			require.Equal(t, []string{"one"}, b.poll())
			first.stop()
			if detached {
				b.follower.Detach()
				require.Empty(t, b.poll())
			}
			log = b.open("cosyvoice.log", os.O_TRUNC)
			second := b.speaker(log, log)
			second.say("two, longer than before")
			b.attach(second.server(b.now))
			require.Equal(t, []string{"two, longer than before"}, b.poll())
		})
	}
}

func TestWhyThereIsNoLog(t *testing.T) {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	socket := os.NewFile(uintptr(pair[0]), "socket")
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	console, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, file := range []*os.File{reader, writer, socket, terminal, console} {
			file.Close()
		}
		unix.Close(pair[1])
	})
	for name, c := range map[string]struct {
		stderr *os.File
		want   string
	}{
		"pipe":     {writer, "to a pipe, which cannot be read along: start it with its output in a file, as in: python webui.py >> cosyvoice.log 2>&1"},
		"socket":   {socket, "StandardOutput=append:/var/log/cosyvoice.log"},
		"terminal": {console, "to a terminal (/dev/pts/"},
		"null":     {nil, "/dev/null"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			s := b.speaker(c.stderr, c.stderr)
			b.attach(s.server(b.now))
			require.Empty(t, b.poll())
			require.Contains(t, b.follower.Reason(), c.want)
			b.now = b.now.Add(rescanAfter)
			b.poll()
			require.Equal(t, []string{b.follower.Reason()}, b.journal.warnings(), "said once")
		})
	}
}

func TestOnlyTheOutputIsInAFile(t *testing.T) {
	b := newBench(t)
	out := b.open("out.log", os.O_APPEND)
	s := b.speaker(out, nil)
	b.attach(s.server(b.now))
	b.write("out.log", "printed\n")
	require.Equal(t, []string{"printed"}, b.poll())
	require.Contains(t, b.follower.Reason(), "add 2>&1")
}

func TestAFileInMemoryIsFollowed(t *testing.T) {
	b := newBench(t)
	fd, err := unix.MemfdCreate("log", 0)
	require.NoError(t, err)
	memory := os.NewFile(uintptr(fd), "log")
	t.Cleanup(func() { memory.Close() })
	s := b.speaker(memory, memory)
	b.attach(s.server(b.now))
	s.say("one")
	require.Equal(t, []string{"one"}, b.poll())
}

// fakeProcess makes the files of a process under proc in the bench's folder.
func (b *bench) fakeProcess(pid int, stdout, stderr, cgroup string) {
	b.t.Helper()
	folder := b.path(filepath.Join("proc", strconv.Itoa(pid)))
	require.NoError(b.t, os.MkdirAll(filepath.Join(folder, "fd"), 0o700))
	require.NoError(b.t, os.Symlink("/usr/bin/python3", filepath.Join(folder, "exe")))
	require.NoError(b.t, os.Symlink(stdout, filepath.Join(folder, "fd", "1")))
	require.NoError(b.t, os.Symlink(stderr, filepath.Join(folder, "fd", "2")))
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, "cgroup"), []byte(cgroup), 0o600))
}

func TestAServerOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to become another user")
	}
	b := newBench(t)
	log := b.open("cosyvoice.log", os.O_APPEND)
	s := b.speaker(log, log)
	b.attach(s.server(b.now))
	polled := make(chan struct{})
	go func() {
		defer close(polled)
		// The thread becomes another user, and ends with this goroutine as it stays locked.
		runtime.LockOSThread()
		const nobody = 65534
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, nobody); errno == 0 {
			b.follower.Poll(plenty, b.reader)
		}
	}()
	<-polled
	require.Contains(t, b.follower.Reason(), "run cosyvoice-telegraf as root")
	s.say("seen later")
	b.now = b.now.Add(rescanAfter)
	require.Equal(t, []string{"seen later"}, b.poll())
	require.Empty(t, b.follower.Reason())
}

func TestADeadServerThatNobodyBuriedHasLeftItsLog(t *testing.T) {
	b := newBench(t)
	log := b.open("cosyvoice.log", os.O_APPEND)
	s := b.speaker(log, log)
	b.attach(s.server(b.now))
	s.say("one")
	require.Equal(t, []string{"one"}, b.poll())
	require.NoError(t, s.commands.Close())
	var info unix.Siginfo
	require.NoError(t, unix.Waitid(unix.P_PID, s.command.Process.Pid, &info, unix.WEXITED|unix.WNOWAIT, nil))
	b.now = b.now.Add(rescanAfter)
	b.poll()
	require.Empty(t, b.journal.warnings())
	require.Empty(t, b.reader.ended)
}

func TestAClosedOutput(t *testing.T) {
	b := newBench(t)
	b.options.ProcRoot = b.path("proc")
	b.fakeProcess(7, "/nowhere", "/nowhere", "")
	b.attach(Server{PID: 7, Start: b.now})
	b.poll()
	require.Contains(t, b.follower.Reason(), "closed descriptor")
}
