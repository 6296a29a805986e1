package servers

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// attributes puts a server into a process group of its own, out of reach of a
// Control-C in the terminal, and has it killed when this program dies.
func attributes(user *User) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: user.credential()}
}

// stopDescendants stops every descendant of a stopped process and returns them.
// Process groups do not tell: a server like Postgres gives each child its own.
func stopDescendants(pid int) []int {
	var all []int
	for _, child := range childrenOf(pid) {
		// One that is gone meanwhile has handed its children to init, and a server's
		// children do not have any.
		if syscall.Kill(child, syscall.SIGSTOP) == nil {
			all = append(append(all, child), stopDescendants(child)...)
		}
	}
	return all
}

// descendantsOf returns every descendant of a process.
func descendantsOf(pid int) []int {
	var all []int
	for _, child := range childrenOf(pid) {
		all = append(append(all, child), descendantsOf(child)...)
	}
	return all
}

// running reports whether a process has not ended. One that has is there until somebody
// waits for it, without memory and files.
func running(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state comes after the name, which may hold anything.
	_, rest, _ := strings.Cut(string(text[bytes.LastIndexByte(text, ')')+1:]), " ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

func childrenOf(pid int) []int {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	var children []int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}
