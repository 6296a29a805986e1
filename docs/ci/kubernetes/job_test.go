package kubernetes_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func text(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("job.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// decode refuses what the API does not know.
func decode(text string) (job batchv1.Job, err error) {
	return job, yaml.UnmarshalStrict([]byte(text), &job)
}

func manifest(t *testing.T) (batchv1.Job, corev1.Container) {
	t.Helper()
	job, err := decode(text(t))
	if err != nil {
		t.Fatal(err)
	}
	if containers := job.Spec.Template.Spec.Containers; len(containers) != 1 {
		t.Fatalf("%d containers", len(containers))
	}
	return job, job.Spec.Template.Spec.Containers[0]
}

func TestTheManifestIsAJobOfTheAPI(t *testing.T) {
	job, _ := manifest(t)
	if job.APIVersion != batchv1.SchemeGroupVersion.String() || job.Kind != "Job" || job.GenerateName == "" {
		t.Errorf("%+v, %+v", job.TypeMeta, job.ObjectMeta)
	}
}

func TestWhatTheAPIDoesNotKnowIsRefused(t *testing.T) {
	for old, new := range map[string]string{
		"completionMode:":  "completionsMode:",
		"  parallelism: 4": "  parallelism: four",
		"          args:":  "          arguments:",
		"      volumes:":   "      volume:",
		"kind: Job":        "kind: Job\nkind: Job",
	} {
		if altered := strings.Replace(text(t), old, new, 1); altered == text(t) {
			t.Errorf("there is no %q", old)
		} else if _, err := decode(altered); err == nil {
			t.Errorf("%q is accepted", new)
		}
	}
}

func TestEachPodTakesTheShardOfItsIndex(t *testing.T) {
	job, assay := manifest(t)
	if *job.Spec.CompletionMode != batchv1.IndexedCompletion || *job.Spec.Parallelism < 1 {
		t.Errorf("completion mode %s, parallelism %d", *job.Spec.CompletionMode, *job.Spec.Parallelism)
	}
	if want := fmt.Sprintf("--shard=$(JOB_COMPLETION_INDEX)/%d", *job.Spec.Completions); !slices.Contains(assay.Args, want) {
		t.Errorf("%q lacks %s: some shards would be missing", assay.Args, want)
	}
	for _, env := range assay.Env {
		if env.Name == "JOB_COMPLETION_INDEX" && env.ValueFrom.FieldRef.FieldPath != "metadata.annotations['"+batchv1.JobCompletionIndexAnnotation+"']" {
			t.Errorf("the index is %+v", env.ValueFrom.FieldRef)
		}
		if env.Name == "JOB_NAME" && env.ValueFrom.FieldRef.FieldPath != "metadata.labels['"+batchv1.JobNameLabel+"']" {
			t.Errorf("the name is %+v", env.ValueFrom.FieldRef)
		}
	}
}

func TestEveryVariableOfTheArgumentsIsKnown(t *testing.T) {
	_, assay := manifest(t)
	variables := regexp.MustCompile(`\$\(([^)]*)\)`).FindAllStringSubmatch(strings.Join(assay.Args, " "), -1)
	if len(variables) < 2 {
		t.Errorf("variables %q", variables)
	}
	for _, v := range variables {
		if !slices.ContainsFunc(assay.Env, func(e corev1.EnvVar) bool { return e.Name == v[1] }) {
			t.Errorf("$(%s) would stand in the arguments as it is", v[1])
		}
	}
}

func TestAVerdictIsNotTriedAgainAndARunThatDidNotHappenIs(t *testing.T) {
	job, assay := manifest(t)
	pod := job.Spec.Template.Spec
	// The API refuses a policy with any other.
	if pod.RestartPolicy != corev1.RestartPolicyNever || *job.Spec.BackoffLimitPerIndex < 1 {
		t.Errorf("restart policy %s", pod.RestartPolicy)
	}
	var final []int32
	for _, rule := range job.Spec.PodFailurePolicy.Rules {
		switch {
		case (rule.OnExitCodes == nil) == (len(rule.OnPodConditions) == 0):
			t.Errorf("a rule has one of exit codes and conditions: %+v", rule)
		case rule.OnExitCodes == nil:
		case rule.Action != batchv1.PodFailurePolicyActionFailIndex || rule.OnExitCodes.Operator != batchv1.PodFailurePolicyOnExitCodesOpIn ||
			*rule.OnExitCodes.ContainerName != assay.Name || !slices.IsSorted(rule.OnExitCodes.Values):
			t.Errorf("%+v", rule)
		default:
			final = rule.OnExitCodes.Values
		}
	}
	if !slices.Equal(final, []int32{1, 2, 3}) {
		t.Errorf("final are %d", final)
	}
}

func TestEveryVolumeIsThere(t *testing.T) {
	job, assay := manifest(t)
	dir := ""
	for _, mount := range assay.VolumeMounts {
		if !slices.ContainsFunc(job.Spec.Template.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name }) {
			t.Errorf("there is no volume %s", mount.Name)
		}
		if slices.ContainsFunc(assay.Args, func(arg string) bool { return strings.HasPrefix(arg, "--dir="+mount.MountPath+"/") }) {
			dir = mount.MountPath
		}
	}
	if dir == "" {
		t.Error("--dir is on no volume: a container has little room")
	}
}
