package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestServeShowsTheStoreUntilItIsInterrupted(t *testing.T) {
	p := exec.CommandContext(t.Context(), os.Args[0], "serve", "--store", ".", "--listen", "127.0.0.1:0")
	p.Args[0] = "assay" // what TestMain goes by
	p.Dir = t.TempDir()
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	_, rest, _ := strings.Cut(line, "http://")
	address, _, found := strings.Cut(rest, " ")
	if err != nil || !found {
		t.Fatalf("it does not say where: %q, %v", line, err)
	}
	answer, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(text), "No run has left anything here") {
		t.Errorf("it shows %s, %v", text, err)
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("an interrupted server ends with %v", err)
	}
}
