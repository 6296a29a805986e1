//go:build unix && !linux

package servers

import "syscall"

// attributes puts a server into a process group of its own. Only Linux can also
// have it killed when this program dies.
func attributes(user *User) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: user.credential()}
}

// stopDescendants finds none: only Linux lists them without a further program.
func stopDescendants(int) []int { return nil }

// awaitStop cannot tell.
func awaitStop(int) {}

// descendantsOf finds none either.
func descendantsOf(int) []int { return nil }

// running is asked about descendants alone.
func running(int) bool { return false }
