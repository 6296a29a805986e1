package servers

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// A Link carries connections to a server over a long way: every byte arrives a fixed
// time later, in either direction. When one end is gone, what is on its way is lost, as
// if the machine had died with what it still had to send.
type Link struct {
	target   string
	delay    time.Duration
	listener net.Listener
	end      context.CancelFunc
	carriers sync.WaitGroup
}

// NewLink opens a link to the server at target, host and port.
func NewLink(target string, delay time.Duration) (*Link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	l := &Link{target: target, delay: delay, listener: listener, end: end}
	l.carriers.Go(func() { l.accept(ctx) })
	return l, nil
}

// Address is the host and port at the near end.
func (l *Link) Address() string { return l.listener.Addr().String() }

// Close ends the link and its connections, and waits for them.
func (l *Link) Close() error {
	err := l.listener.Close()
	l.end()
	l.carriers.Wait()
	return err
}

func (l *Link) accept(ctx context.Context) {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return // closed
		}
		l.carriers.Go(func() { l.connect(ctx, near) })
	}
}

// connect carries one connection to its end.
func (l *Link) connect(ctx context.Context, near net.Conn) {
	defer near.Close()
	var dialer net.Dialer
	far, err := dialer.DialContext(ctx, "tcp", l.target)
	if err != nil {
		return
	}
	defer far.Close()
	ctx, end := context.WithCancel(ctx)
	defer context.AfterFunc(ctx, func() { near.Close(); far.Close() })()
	var both sync.WaitGroup
	carry := func(to, from net.Conn) {
		way := make(chan chunk, chunksOnTheWay)
		both.Go(func() { defer end(); l.send(ctx, way, from) })
		both.Go(func() { defer end(); l.deliver(ctx, to, way) })
	}
	carry(near, far)
	carry(far, near)
	both.Wait()
}

// A chunk is bytes on their way.
type chunk struct {
	bytes []byte
	due   time.Time
}

// chunksOnTheWay bounds what a link holds of one direction, in chunks of up to 32 KiB.
const chunksOnTheWay = 1024

// send puts what it reads on the way, until the sender is gone.
func (l *Link) send(ctx context.Context, way chan<- chunk, from io.Reader) {
	for {
		buffer := make([]byte, 32<<10)
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		select {
		case way <- chunk{buffer[:n], time.Now().Add(l.delay)}:
		case <-ctx.Done():
			return
		}
	}
}

// deliver writes what is on the way when it is due, until either end is gone.
func (l *Link) deliver(ctx context.Context, to io.Writer, way <-chan chunk) {
	for {
		select {
		case c := <-way:
			select {
			case <-time.After(time.Until(c.due)):
			case <-ctx.Done():
				return
			}
			if _, err := to.Write(c.bytes); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
