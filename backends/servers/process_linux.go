package servers

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// attributes puts a server into a process group of its own, out of reach of a
// Control-C in the terminal, and has it killed when this program dies.
func attributes(user *User) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: user.credential()}
}

// stopDescendants stops every descendant of a stopped process and returns them.
// Process groups do not tell: a server like Postgres gives each child its own.
func stopDescendants(pid int) []int {
	var all, children []int
	for _, child := range childrenOf(pid) {
		// One that is gone meanwhile has handed its children to init, and a server's
		// children do not have any.
		if syscall.Kill(child, syscall.SIGSTOP) == nil {
			children = append(children, child)
		}
	}
	for _, child := range children {
		awaitStop(child)
		all = append(append(all, child), stopDescendants(child)...)
	}
	return all
}

// stopPatience is how long a process may take to stop. One that waits for the kernel, a
// slow disk for example, stops when that is over.
const stopPatience = time.Second

// awaitStop waits until a process that was told to stop has done so: on a busy machine
// it goes on until one of its threads has its turn.
func awaitStop(pid int) {
	for begin := time.Now(); !stopped(pid) && time.Since(begin) < stopPatience; {
		time.Sleep(100 * time.Microsecond)
	}
}

// stopped reports whether no thread of a process runs.
func stopped(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid)) // the pattern is right
	for _, path := range threads {
		if s := stateIn(path); s != "" && !strings.Contains("TtZX", s) {
			return false
		}
	}
	return true
}

// stateIn returns the state that a file stat of a process or a thread tells, one letter;
// "" when it is gone.
func stateIn(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	// It comes after the name, which may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
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
	state := stateIn(fmt.Sprintf("/proc/%d/stat", pid))
	return state != "" && state != "Z" && state != "X"
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
