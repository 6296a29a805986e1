package network

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestMain(m *testing.M) { os.Exit(serverstest.Main(m)) }

// An echo is a server that sends back what it gets, and notes it.
type echo struct {
	listener net.Listener
	running  sync.WaitGroup
	mu       sync.Mutex
	got      strings.Builder
}

func startEcho(t *testing.T) *echo {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := &echo{listener: listener}
	e.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			e.running.Go(func() { e.serve(conn) })
		}
	})
	t.Cleanup(func() { listener.Close(); e.running.Wait() })
	return e
}

func (e *echo) serve(conn net.Conn) {
	defer conn.Close()
	buffer := make([]byte, 1024)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		e.mu.Lock()
		e.got.Write(buffer[:n])
		e.mu.Unlock()
		if _, err := conn.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (e *echo) has() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.got.String()
}

// A rig is a network with one route, to an echo.
type rig struct {
	t       *testing.T
	echo    *echo
	network *Network
	address string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, echo: startEcho(t), network: New()}
	t.Cleanup(r.network.Close)
	r.address = r.route(0)
	return r
}

func (r *rig) route(handle int) string {
	r.t.Helper()
	address, err := r.network.Address(handle, r.echo.listener.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	return address
}

func (r *rig) dial(address string) net.Conn {
	r.t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return conn
}

func (r *rig) strike(trouble Trouble, handles ...int) *Strike {
	r.t.Helper()
	s, err := r.network.Strike(r.t.Context(), handles, trouble, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func (r *rig) heal(s *Strike, effect string) {
	r.t.Helper()
	got, err := s.Heal(r.t.Context())
	if err != nil || got != effect {
		r.t.Errorf("healed: %q, %v, want %q", got, err, effect)
	}
}

// echoes sends text and wants it back, as far as it comes.
func (r *rig) echoes(conn net.Conn, text, want string) error {
	r.t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		return err
	}
	buffer := make([]byte, len(text))
	n, err := io.ReadFull(conn, buffer)
	// What came before a reset may be lost to a reader that is slow.
	if got := string(buffer[:n]); err == nil && got != want || !strings.HasPrefix(want, got) {
		r.t.Errorf("sent %q, got %q back, want %q", text, got, want)
	}
	return err
}

func (r *rig) works(conn net.Conn) {
	r.t.Helper()
	if err := r.echoes(conn, "fine", "fine"); err != nil {
		r.t.Error(err)
	}
}

func TestWithoutTroubleARouteIsOpenToItsServer(t *testing.T) {
	r := newRig(t)
	r.works(r.dial(r.address))
	if again := r.route(0); again != r.address {
		t.Errorf("the same handle and server get another route: %s", again)
	}
	if other := r.route(1); other == r.address || !slices.Equal(r.network.Handles(), []int{0, 1}) {
		t.Errorf("another handle gets %s, handles %v", other, r.network.Handles())
	}
}

func TestAResetEndsConnectionsAlsoIdleOnesAndNewOnes(t *testing.T) {
	r := newRig(t)
	conn := r.dial(r.address)
	r.works(conn)
	s := r.strike(Trouble{What: Reset}, 0)
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("idle: %v", err)
	}
	if fresh, err := net.Dial("tcp", r.address); err == nil {
		if _, err := fresh.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("a new one: %v", err)
		}
		fresh.Close()
	}
	r.heal(s, "reset: 2 connections, on 1 routes")
	r.works(r.dial(r.address))
}

func TestAnAnswerIsCutAfterTheRequestTookEffect(t *testing.T) {
	r := newRig(t)
	conn := r.dial(r.address)
	r.works(conn)
	s := r.strike(Trouble{What: Cut, Down: true, Bytes: 10}, 0)
	if err := r.echoes(conn, "123456", "123456"); err != nil {
		t.Error(err)
	}
	if err := r.echoes(conn, "abcdef", "abcd"); err == nil {
		t.Error("nothing was cut")
	}
	if got := r.echo.has(); got != "fine123456abcdef" {
		t.Errorf("the server got %q", got)
	}
	r.heal(s, "answers cut after 10 bytes: 1 connections, 2 bytes, on 1 routes")
	r.works(r.dial(r.address))
}

func TestARequestIsCutBeforeItIsWhole(t *testing.T) {
	r := newRig(t)
	conn := r.dial(r.address)
	s := r.strike(Trouble{What: Cut, Up: true, Bytes: 2}, 0)
	if _, err := io.WriteString(conn, "abcdef"); err != nil {
		t.Fatal(err)
	}
	io.ReadAll(conn)                                   // to its end
	if got := r.echo.has(); got != "ab" && got != "" { // it may be too slow for the reset
		t.Errorf("the server got %q", got)
	}
	r.heal(s, "requests cut after 2 bytes: 1 connections, 4 bytes, on 1 routes")
}

func TestAHangHoldsBackAndSendsOnAfterwards(t *testing.T) {
	for name, c := range map[string]struct {
		trouble Trouble
		arrives bool
		effect  string
	}{
		"answers":  {Trouble{What: Hang, Down: true}, true, "answers held back: 1 connections, 4 bytes, on 1 routes"},
		"requests": {Trouble{What: Hang, Up: true}, false, "requests held back: 1 connections, 4 bytes, on 1 routes"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			conn := r.dial(r.address)
			s := r.strike(c.trouble, 0)
			if _, err := io.WriteString(conn, "late"); err != nil {
				t.Fatal(err)
			}
			conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			if n, err := conn.Read(make([]byte, 10)); n > 0 || !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
				t.Errorf("%d bytes came, %v", n, err)
			}
			if arrived := r.echo.has() == "late"; arrived != c.arrives {
				t.Errorf("arrived: %v", arrived)
			}
			r.heal(s, c.effect)
			conn.SetReadDeadline(time.Time{})
			buffer := make([]byte, 4)
			if _, err := io.ReadFull(conn, buffer); string(buffer) != "late" {
				t.Errorf("afterwards %q comes, %v", buffer, err)
			}
		})
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}

func TestARequestOfAClientThatGaveUpStillArrives(t *testing.T) {
	r := newRig(t)
	conn := r.dial(r.address)
	s := r.strike(Trouble{What: Hang, Up: true}, 0)
	io.WriteString(conn, "late")
	conn.Close()
	serverstest.Await(t, "the hang notices it", func() bool { return s.effect() != "" })
	if _, err := s.Heal(t.Context()); err != nil {
		t.Error(err)
	}
	serverstest.Await(t, "it arrives", func() bool { return r.echo.has() == "late" })
}

func TestRefusedConnectionsAreRefusedUntilTheLastStrikeIsOver(t *testing.T) {
	r := newRig(t)
	conn := r.dial(r.address)
	r.works(conn)
	first := r.strike(Trouble{What: Refuse}, 0)
	second := r.strike(Trouble{What: Refuse}, 0)
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("a connection that was there still is")
	}
	refused := func() bool {
		_, err := net.Dial("tcp", r.address)
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	if !refused() {
		t.Error("it is not refused")
	}
	r.heal(first, "refused: 1 connections, on 1 routes")
	if !refused() {
		t.Error("it is not refused any more")
	}
	r.heal(second, "refused: 1 connections, on 1 routes")
	r.works(r.dial(r.address))
}

func TestLatencyAndThrottleTakeTheirTime(t *testing.T) {
	for name, c := range map[string]struct {
		trouble Trouble
		least   time.Duration
	}{
		"latency":  {Trouble{What: Latency, Up: true, Down: true, Delay: 30 * time.Millisecond, Jitter: 10 * time.Millisecond}, 40 * time.Millisecond},
		"throttle": {Trouble{What: Throttle, Down: true, Rate: 100}, 40 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			conn := r.dial(r.address)
			s := r.strike(c.trouble, 0)
			begun := time.Now()
			r.works(conn)
			if took := time.Since(begun); took < c.least {
				t.Errorf("it took %v", took)
			}
			if effect, err := s.Heal(t.Context()); effect == "" || err != nil {
				t.Errorf("%q, %v", effect, err)
			}
		})
	}
}

func TestTroubleStrikesItsHandlesAlone(t *testing.T) {
	r := newRig(t)
	other := r.dial(r.route(1))
	s := r.strike(Trouble{What: Reset}, 0)
	r.works(other)
	r.heal(s, "") // nobody was there
}

func TestACloseInTheMiddleOfTroubleLeavesNothing(t *testing.T) {
	r := newRig(t)
	conn := r.dial(r.address)
	r.strike(Trouble{What: Hang, Up: true, Down: true}, 0)
	io.WriteString(conn, "lost")
	r.network.Close()
}
