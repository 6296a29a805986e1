package servers

import (
	"io"
	"net"
	"testing"
	"time"
)

// far accepts one connection at the far end of a link.
func far(t *testing.T, delay time.Duration) (near, farEnd net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	link, err := NewLink(listener.Addr().String(), delay)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := link.Close(); err != nil {
			t.Error(err)
		}
	})
	if near, err = net.Dial("tcp", link.Address()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	if farEnd, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { farEnd.Close() })
	return near, farEnd
}

func TestALinkCarriesBothDirectionsAndDelaysThem(t *testing.T) {
	const delay = 30 * time.Millisecond
	a, b := far(t, delay)
	for _, direction := range []struct{ to, from net.Conn }{{a, b}, {b, a}} {
		begin := time.Now()
		if _, err := direction.to.Write([]byte("text")); err != nil {
			t.Fatal(err)
		}
		text := make([]byte, 4)
		if _, err := io.ReadFull(direction.from, text); err != nil || string(text) != "text" {
			t.Errorf("%q arrived, %v", text, err)
		}
		if took := time.Since(begin); took < delay {
			t.Errorf("arrived after %v", took)
		}
	}
}

func TestWhatIsOnItsWayIsLostWhenItsSenderIsGone(t *testing.T) {
	a, b := far(t, time.Hour)
	if _, err := a.Write([]byte("lost")); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if text, err := io.ReadAll(b); len(text) > 0 || err != nil {
		t.Errorf("%q arrived, %v", text, err)
	}
}
