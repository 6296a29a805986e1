// Package containers runs servers in containers, with testcontainers-go.
package containers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/ledger"
)

// A Container is a server in a container of its own. It is created through
// testcontainers and driven through the engine's own interface, because the former can
// neither pause nor kill, and disconnects when it stops a container.
type Container struct {
	id      string
	image   string
	address string
	engine  *testcontainers.DockerProvider
	entry   *ledger.Entry
}

var _ servers.Instance = (*Container)(nil)

// A Spec says what runs in a container.
type Spec struct {
	Image      string
	Command    []string
	Env        map[string]string
	Port       int    // on which the server listens in the container
	StopSignal string // asks it to end in order, as in "SIGINT"
}

// nameFormat is the name of a container: with the process that made it, and unique.
const nameFormat = "assay-%d-%s"

// List returns the names of the containers of the processes that owned picks, those that
// do not run as well.
func List(ctx context.Context, owned func(pid int) bool) (names []string, err error) {
	engine, err := Connect(ctx)
	if err != nil {
		return nil, err
	}
	found, err := engine.Client().ContainerList(ctx, client.ContainerListOptions{All: true})
	for _, c := range found.Items {
		for _, name := range c.Names {
			var pid int
			var unique string
			if _, other := fmt.Sscanf(name, "/"+nameFormat, &pid, &unique); other == nil && owned(pid) {
				names = append(names, name)
			}
		}
	}
	return names, errors.Join(err, engine.Close())
}

// Connect finds the engine.
func Connect(ctx context.Context) (engine *testcontainers.DockerProvider, err error) {
	// The reaper, which removes the containers of a program that died, is an image of
	// its own that only a registry has. testcontainers reads this variable once.
	if err := os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"); err != nil {
		return nil, err
	}
	silence()
	defer func() {
		if r := recover(); r != nil { // testcontainers panics where it finds no engine
			engine, err = nil, servers.Unavailable("no container engine: %v", r)
		}
	}()
	engine, err = testcontainers.NewDockerProvider(testcontainers.WithLogger(silent{}))
	if err != nil {
		return nil, servers.Unavailable("no container engine: %v", err)
	}
	if err := engine.Health(ctx); err != nil {
		return nil, errors.Join(servers.Unavailable("the container engine does not answer: %v", err), engine.Close())
	}
	return engine, nil
}

// silence keeps testcontainers from greeting on standard error, where results are.
var silence = sync.OnceFunc(func() { log.SetDefault(silent{}) })

type silent struct{}

func (silent) Printf(string, ...any) {}

// Start creates and starts a container, and takes the engine over. The caller ends it
// with Remove.
func Start(ctx context.Context, engine *testcontainers.DockerProvider, spec Spec) (*Container, error) {
	c := &Container{image: spec.Image, engine: engine}
	if err := c.create(ctx, spec); err != nil {
		return nil, errors.Join(err, c.entry.Strike(), engine.Close())
	}
	if err := c.Start(ctx); err != nil {
		return nil, errors.Join(err, c.Remove(ctx))
	}
	return c, nil
}

func (c *Container) create(ctx context.Context, spec Spec) error {
	// A port of our own choice stays the same when the container starts again.
	port, err := servers.FreePort()
	if err != nil {
		return err
	}
	// So does a name, and it is known before the container is there.
	name := fmt.Sprintf(nameFormat, os.Getpid(), strings.ToLower(rand.Text()))
	if c.entry, err = ledger.Write(ledger.Container, name); err != nil {
		return err
	}
	inside := network.MustParsePort(strconv.Itoa(spec.Port) + "/tcp")
	loopback := netip.MustParseAddr("127.0.0.1")
	created, err := c.engine.CreateContainer(ctx, testcontainers.ContainerRequest{
		Name:         name,
		Image:        spec.Image,
		Cmd:          spec.Command,
		Env:          spec.Env,
		ExposedPorts: []string{inside.String()},
		ConfigModifier: func(c *container.Config) {
			c.StopSignal = spec.StopSignal
		},
		HostConfigModifier: func(h *container.HostConfig) {
			h.PortBindings = network.PortMap{inside: {{HostIP: loopback, HostPort: strconv.Itoa(port)}}}
		},
	})
	if err != nil {
		return servers.Unavailable("no container of %s: %v", spec.Image, err)
	}
	c.id, c.address = created.GetContainerID(), netip.AddrPortFrom(loopback, uint16(port)).String()
	return nil
}

// Address is the host and port where clients reach the server.
func (c *Container) Address() string { return c.address }

// Remove kills the container and removes it with its data.
func (c *Container) Remove(ctx context.Context) error {
	err := remove(ctx, c.engine, c.id)
	if err == nil {
		err = c.entry.Strike()
	}
	return errors.Join(err, c.engine.Close())
}

func remove(ctx context.Context, engine *testcontainers.DockerProvider, name string) error {
	_, err := engine.Client().ContainerRemove(ctx, name, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	return err
}

// Reclaim removes the container of a program that has ended, by its name. It is what the
// ledger's [ledger.Clean] needs for containers.
func Reclaim(ctx context.Context, name string) error {
	engine, err := Connect(ctx)
	if err != nil {
		return err
	}
	err = remove(ctx, engine, name)
	if cerrdefs.IsNotFound(err) {
		err = nil
	}
	return errors.Join(err, engine.Close())
}

// Start starts the container, unless it runs.
func (c *Container) Start(ctx context.Context) error {
	_, err := c.engine.Client().ContainerStart(ctx, c.id, client.ContainerStartOptions{})
	return err
}

// Stop sends the stop signal and waits.
func (c *Container) Stop(ctx context.Context) error {
	patience := 60 // seconds
	if deadline, ok := ctx.Deadline(); ok {
		patience = max(0, int(time.Until(deadline).Seconds())-1)
	}
	// A paused container reads its signals only when it continues.
	if err := c.Resume(ctx); err != nil {
		return err
	}
	_, err := c.engine.Client().ContainerStop(ctx, c.id, client.ContainerStopOptions{Timeout: &patience})
	return err
}

// Kill kills all of the container's processes and waits.
func (c *Container) Kill(ctx context.Context) error {
	if c.Running(ctx) != nil {
		return nil
	}
	ended := c.engine.Client().ContainerWait(ctx, c.id, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	if _, err := c.engine.Client().ContainerKill(ctx, c.id, client.ContainerKillOptions{Signal: "SIGKILL"}); err != nil {
		return err
	}
	select {
	case <-ended.Result:
		return nil
	case err := <-ended.Error:
		return err
	}
}

// KillOne kills the process that has the number pid inside the container.
func (c *Container) KillOne(ctx context.Context, pid int) error {
	engine := c.engine.Client()
	created, err := engine.ExecCreate(ctx, c.id, client.ExecCreateOptions{
		Cmd: []string{"sh", "-c", fmt.Sprintf("kill -9 %d", pid)}, AttachStderr: true,
	})
	if err != nil {
		return err
	}
	attached, err := engine.ExecAttach(ctx, created.ID, client.ExecAttachOptions{})
	if err != nil {
		return err
	}
	defer attached.Close()
	var said strings.Builder
	if _, err := stdcopy.StdCopy(&said, &said, attached.Reader); err != nil { // until it has ended
		return err
	}
	ended, err := engine.ExecInspect(ctx, created.ID, client.ExecInspectOptions{})
	if err == nil && ended.ExitCode != 0 {
		err = fmt.Errorf("kill pid %d in %v: exit status %d: %s", pid, c, ended.ExitCode, said.String())
	}
	return err
}

// pauseAttempts is how often Pause tries.
const pauseAttempts = 5

// Pause freezes all of the container's processes.
func (c *Container) Pause(ctx context.Context) error {
	state, err := c.state(ctx)
	if err != nil || state.Paused || !state.Running {
		return err
	}
	// On a busy machine the engine now and then does not catch all processes in the time
	// that it takes for it, and lets them go again.
	for range pauseAttempts {
		if _, err = c.engine.Client().ContainerPause(ctx, c.id, client.ContainerPauseOptions{}); err == nil {
			return nil
		}
	}
	return err
}

// Resume continues a paused container.
func (c *Container) Resume(ctx context.Context) error {
	state, err := c.state(ctx)
	if err != nil || !state.Paused {
		return err
	}
	_, err = c.engine.Client().ContainerUnpause(ctx, c.id, client.ContainerUnpauseOptions{})
	return err
}

// Running returns how the container ended, if it did.
func (c *Container) Running(ctx context.Context) error {
	state, err := c.state(ctx)
	if err == nil && !state.Running {
		err = fmt.Errorf("the container is %s, exit status %d %s", state.Status, state.ExitCode, state.Error)
	}
	return err
}

func (c *Container) state(ctx context.Context) (*container.State, error) {
	inspected, err := c.engine.Client().ContainerInspect(ctx, c.id, client.ContainerInspectOptions{})
	if err != nil {
		return nil, err
	}
	return inspected.Container.State, nil
}

// Log returns the last 200 lines that the server printed.
func (c *Container) Log() string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stream, err := c.engine.Client().ContainerLogs(ctx, c.id,
		client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: "200"})
	if err != nil {
		return err.Error()
	}
	defer stream.Close()
	reader, writer := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(writer, writer, stream)
		writer.CloseWithError(err)
	}()
	text, err := io.ReadAll(reader)
	if err != nil {
		return fmt.Sprintf("%s\n%v", text, err)
	}
	return string(text)
}

func (c *Container) String() string { return fmt.Sprintf("container %.12s of image %s", c.id, c.image) }
