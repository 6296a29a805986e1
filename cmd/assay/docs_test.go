package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A command is something that a document tells its reader to run.
type command struct {
	text  string
	exits []int // the codes that it may exit with
	// row is the command as it stands in a table of runs, after "assay run"; empty
	// elsewhere.
	row, verdict string
}

var (
	exitComment = regexp.MustCompile(`#.*exits with (\d)`)
	shellWord   = regexp.MustCompile(`'[^']*'|\S+`)
	block       = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	codeSpan    = regexp.MustCompile("`([^`]+)`")
)

// commandsOf returns the commands of a Markdown text: those in its blocks, the rows of its
// tables of runs, and the tests that its sentences speak of.
func commandsOf(markdown string) (commands []command) {
	for _, b := range block.FindAllStringSubmatch(markdown, -1) {
		commands = append(commands, blockCommands(b[1], b[2])...)
	}
	inTable := false
	for line := range strings.Lines(block.ReplaceAllString(markdown, "")) {
		inTable = strings.HasPrefix(line, "|") && inTable || strings.HasPrefix(line, "| `assay run …` |")
		if cells := strings.Split(line, "|"); inTable && len(cells) > 3 {
			commands = append(commands, rowCommands(cells[1], strings.TrimSpace(cells[2]))...)
			continue
		}
		for _, span := range codeSpan.FindAllStringSubmatch(line, -1) {
			if strings.Contains(span[1], "go test ") && strings.Contains(span[1], " ./") {
				commands = append(commands, command{text: span[1], exits: []int{0}})
			}
		}
	}
	return commands
}

// blockCommands returns a block of shell as it is, and of others the lines after "$ ".
func blockCommands(language, text string) (commands []command) {
	if language == "sh" {
		return []command{{text: text, exits: []int{0}}}
	}
	for line := range strings.Lines(text) {
		text, found := strings.CutPrefix(strings.TrimRight(line, "\n"), "$ ")
		if !found {
			continue
		}
		c := command{text: text, exits: []int{0}}
		if code := exitComment.FindStringSubmatch(text); code != nil {
			c.exits[0], _ = strconv.Atoi(code[1])
		}
		commands = append(commands, c)
	}
	return commands
}

// rowCommands returns the runs in the first cell of a row, which come to the verdict in
// the second.
func rowCommands(cell, verdict string) (commands []command) {
	verdict = strings.ReplaceAll(verdict, "*", "")
	exits, certain := map[string][]int{"valid": {exitValid}, "invalid": {exitInvalid}, "insufficient": {exitOpen}}[verdict]
	if !certain { // "mostly invalid"; any verdict will do
		exits = []int{exitValid, exitInvalid, exitOpen}
	}
	for _, span := range codeSpan.FindAllStringSubmatch(cell, -1) {
		if strings.HasPrefix(span[1], "--") {
			commands = append(commands, command{text: "assay run " + span[1], exits: exits, row: span[1], verdict: verdict})
		}
	}
	return commands
}

// TestEveryCommandInTheDocumentationRuns does what readers are told to do, in less time:
// those of documents, of the workflow for a build server and of the manifest for a cluster.
func TestEveryCommandInTheDocumentationRuns(t *testing.T) {
	r := newReader(t)
	for name, text := range documents(t, r.root) {
		if commands := commandsOf(text); len(commands) > 0 {
			r.follow(t, name, commands)
		}
	}
	r.follow(t, "github-actions.yml", workflowCommands(t, r.root))
	r.follow(t, "job.yaml", jobCommands(t, r.root))
}

// documents returns the texts by their names.
func documents(t *testing.T, root string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	texts := map[string]string{}
	for _, path := range append(paths, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(path)] = string(text)
	}
	return texts
}

// left says why a command is not run here, and which script runs it instead: part stands
// in it.
func (c command) left() (why, script, part string) {
	switch {
	case strings.HasPrefix(c.text, "go test ./") && !strings.Contains(c.text, " -speed "):
		return "is among all tests, with this one", ".ci/run", "go test -race -timeout 20m ./..."
	case c.text == "cd docs/ci/kubernetes && go test ./...":
		return "is another module", ".ci/run", " docs/ci/kubernetes;"
	case strings.HasPrefix(c.text, ".ci/faults  "):
		return "takes hours", ".ci/nightly", "\n.ci/faults\n"
	case c.underRealFaults():
		row := c.row
		if !strings.Contains(row, " --time ") {
			row += " --time 6s"
		}
		verdict := c.verdict
		if verdict == "" {
			verdict = "any"
		}
		return "shows little once", ".ci/faults", fmt.Sprintf("| %s | %s\n", verdict, row)
	}
	return "", "", ""
}

// underRealFaults reports whether the command is a row of a table, and strikes the server.
func (c command) underRealFaults() bool {
	_, faults, found := strings.Cut(c.row, "--faults ")
	return found && !strings.HasPrefix(faults, "unreliable") && !strings.HasPrefix(faults, "cut-connections")
}

// TestEveryCommandInASentenceExists is for what stands between backquotes: scripts and
// files of .ci, commands of assay, and flags.
func TestEveryCommandInASentenceExists(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // some flags name a file to write
	for name, text := range documents(t, root) {
		for _, span := range codeSpan.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
			words := shellWord.FindAllString(span[1], -1)
			if len(words) == 0 {
				continue
			}
			switch {
			case strings.HasPrefix(words[0], ".ci/"):
				info, err := os.Stat(filepath.Join(root, words[0]))
				if err != nil || filepath.Ext(words[0]) == "" && info.Mode()&0o111 == 0 {
					t.Errorf("%s: %s is no script: %v", name, words[0], err)
				}
			case words[0] == "assay" && len(words) > 1:
				if problem := misunderstood(words[1], words[2:]); problem != "" {
					t.Errorf("%s: %s: %s", name, span[1], problem)
				}
			case strings.HasPrefix(words[0], "--") && words[0] != "--device": // which is Docker's
				if !slices.ContainsFunc(commandNames(), func(command string) bool { return misunderstood(command, words) == "" }) {
					t.Errorf("%s: no command of assay takes %s", name, span[1])
				}
			}
		}
	}
}

func commandNames() []string {
	return []string{"run", "check", "verify", "certify", "zoo", "serve", "export", "import", "replay"}
}

// misunderstood says what a command does not know of flags and what they are set to; a
// flag may stand there by its name alone.
func misunderstood(command string, args []string) string {
	given := []string{command, "--help"}
	for _, arg := range args {
		given = append(given, strings.Trim(arg, "'"))
	}
	var out, problem bytes.Buffer
	known := execute(given, &out, &problem) == exitValid && strings.Contains(out.String(), "assay "+command)
	if known || len(args) == 1 && strings.Contains(problem.String(), "needs an argument") {
		return ""
	}
	return "not known: " + problem.String()
}
