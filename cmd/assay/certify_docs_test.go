package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// readYAML decodes a file of the documentation; what it holds beside the fields of into
// is not looked at.
func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// wantCommand wants assay to know the command, each flag and what the flag is set to.
func wantCommand(t *testing.T, args []string) {
	t.Helper()
	var out, err bytes.Buffer
	if code := execute(append(args, "--help"), &out, &err); code != exitValid || !strings.Contains(out.String(), "Usage:") {
		t.Errorf("assay %q: exit code %d: %s", args, code, err.String())
	}
}

// A workflow is what is looked at of one of GitHub Actions.
type workflow struct {
	On   map[string]any `yaml:"on"`
	Jobs map[string]struct {
		RunsOn string `yaml:"runs-on"`
		Steps  []struct {
			Name string
			Uses string
			Run  string
			If   string
			With map[string]any
		}
	}
}

func TestTheWorkflowRunsCommandsThatExistAndKeepsTheCertificate(t *testing.T) {
	var w workflow
	readYAML(t, "../../docs/ci/github-actions.yml", &w)
	if w.On["schedule"] == nil || len(w.Jobs) != 1 {
		t.Fatalf("%+v", w)
	}
	var commands, uses []string
	kept := ""
	for _, step := range w.Jobs["certify"].Steps {
		if (step.Run == "") == (step.Uses == "") {
			t.Errorf("a step either runs or uses something: %+v", step)
		}
		uses = append(uses, step.Uses)
		if strings.HasPrefix(step.Uses, "actions/upload-artifact@") && strings.Contains(step.If, "always()") {
			kept, _ = step.With["path"].(string)
		}
		for line := range strings.Lines(step.Run) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "./assay ") {
				commands = append(commands, strings.TrimPrefix(line, "./assay "))
			}
		}
	}
	for _, use := range uses {
		if use != "" && !regexp.MustCompile(`^actions/[a-z-]+@v\d+$`).MatchString(use) {
			t.Errorf("%s is not pinned", use)
		}
	}
	if len(commands) < 3 || !strings.HasPrefix(commands[0], "certify nightly ") || !strings.Contains(commands[0], "--dir "+kept+" ") {
		t.Errorf("commands %q, and %q is kept", commands, kept)
	}
	for _, command := range commands {
		wantCommand(t, strings.Fields(strings.ReplaceAll(command, `"`, "")))
	}
	if _, err := os.Stat("../../cmd/assay/main.go"); err != nil {
		t.Errorf("what the workflow builds: %v", err)
	}
}

func TestTheJobRunsACommandThatExists(t *testing.T) {
	var job struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct{ Args []string }
				}
			}
		}
	}
	readYAML(t, "../../docs/ci/kubernetes/job.yaml", &job)
	containers := job.Spec.Template.Spec.Containers
	if len(containers) != 1 || len(containers[0].Args) < 3 || containers[0].Args[0] != "certify" {
		t.Fatalf("%+v", containers)
	}
	for i, arg := range containers[0].Args {
		containers[0].Args[i] = strings.NewReplacer("$(JOB_COMPLETION_INDEX)", "3", "$(JOB_NAME)", "job").Replace(arg)
	}
	wantCommand(t, containers[0].Args)
	var out, problem bytes.Buffer
	if code := execute(append(containers[0].Args, "--list"), &out, &problem); code != exitValid || out.Len() == 0 {
		t.Errorf("%q: exit code %d: %s", containers[0].Args, code, problem.String())
	}
}
