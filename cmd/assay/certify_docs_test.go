package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// What stands in for programs of the machine that builds: sudo does nothing, and of GitHub
// there is one run, which kept the certificate at hand.
const (
	sudo = "#!/bin/sh\n"
	gh   = `#!/bin/sh
case "$1 $2" in
"run list") echo 17 ;;
"run download") [ "$3 $4 $5" = "17 --name certificate" ] && cp -r certificate "$7" ;;
*) exit 1 ;;
esac
`
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

// A workflow is what is looked at of one of GitHub Actions. The rest is up to a linter,
// see .ci/run.
type workflow struct {
	On   map[string]any `yaml:"on"`
	Jobs map[string]struct {
		Steps []struct {
			Uses string
			Run  string
			If   string
			With map[string]any
		}
	}
}

func readWorkflow(t *testing.T, root string) workflow {
	t.Helper()
	var w workflow
	readYAML(t, filepath.Join(root, "docs", "ci", "github-actions.yml"), &w)
	return w
}

// workflowCommands are the steps that are commands, all of them good.
func workflowCommands(t *testing.T, root string) (commands []command) {
	t.Helper()
	for _, step := range readWorkflow(t, root).Jobs["certify"].Steps {
		if step.Run != "" {
			commands = append(commands, command{text: step.Run, exits: []int{exitValid}})
		}
	}
	if len(commands) < 5 {
		t.Errorf("the workflow has %d commands", len(commands))
	}
	return commands
}

func TestTheWorkflowKeepsTheCertificateWhateverItSays(t *testing.T) {
	w := readWorkflow(t, "../..")
	if w.On["schedule"] == nil || len(w.Jobs) != 1 {
		t.Errorf("%+v", w)
	}
	pinned := regexp.MustCompile(`^actions/[a-z-]+@v\d+$`)
	steps := w.Jobs["certify"].Steps
	kept := ""
	for _, step := range steps {
		if step.Uses != "" && !pinned.MatchString(step.Uses) {
			t.Errorf("%s is not pinned", step.Uses)
		}
		if strings.HasPrefix(step.Uses, "actions/upload-artifact@") && strings.Contains(step.If, "always()") {
			kept, _ = step.With["path"].(string)
		}
	}
	for i := range steps {
		if strings.HasPrefix(steps[i].Run, "./assay certify nightly ") && strings.Contains(steps[i].Run, " --dir "+kept+" ") {
			return
		}
	}
	t.Errorf("%q is kept, and nothing is certified there: %+v", kept, steps)
}

// jobCommands is what a pod runs: the first of many shards, with a directory in place of
// its volume and of the bucket.
func jobCommands(t *testing.T, root string) []command {
	t.Helper()
	var job struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct{ Args []string }
				}
			}
		}
	}
	readYAML(t, filepath.Join(root, "docs", "ci", "kubernetes", "job.yaml"), &job)
	containers := job.Spec.Template.Spec.Containers
	if len(containers) != 1 || !slices.Contains(containers[0].Args, "certify") {
		t.Fatalf("%+v", containers)
	}
	args := strings.NewReplacer(
		"--shard=$(JOB_COMPLETION_INDEX)/4", "", // shortened, it has one
		"--dir=/var/lib/assay/", "--dir=", "$(JOB_NAME)", "nightly-1",
		"s3://assay-certificates/", "file://$PWD/bucket/", "?region=eu-central-1", "",
	).Replace(strings.Join(containers[0].Args, " "))
	return []command{{text: "assay " + args, exits: []int{exitValid}}}
}
