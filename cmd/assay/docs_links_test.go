package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	unlinked = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`) // what a heading's anchor leaves out
)

func TestEveryLinkInTheDocumentationLeadsSomewhere(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range documents(t, root) {
		dir := filepath.Join(root, "docs")
		if name == "README.md" {
			dir = root
		}
		for _, found := range link.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
			path, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			if path == "" {
				path = name
			}
			path = filepath.Join(dir, path)
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if anchor != "" && !slices.Contains(anchors(t, path), anchor) {
				t.Errorf("%s: %s has no heading %q", name, path, anchor)
			}
		}
	}
}

// anchors returns what links to the headings of a document are called.
func anchors(t *testing.T, path string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range heading.FindAllStringSubmatch(block.ReplaceAllString(string(text), ""), -1) {
		plain := unlinked.ReplaceAllString(strings.ToLower(h[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}
