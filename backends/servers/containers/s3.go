package containers

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/testcontainers/testcontainers-go"

	"github.com/assay-dev/assay/backends/servers"
)

// s3Port is where the server listens in its container.
const s3Port = 7070

const s3Dockerfile = `FROM scratch
ADD root.tar /
EXPOSE 7070
VOLUME /data
ENTRYPOINT ["/versitygw"]
`

// StartS3 starts a versitygw in a container on fresh data, and waits until it answers.
// The image holds nothing but the program, as it is built for this machine. The caller
// ends it with the function returned.
func StartS3(ctx context.Context) (*servers.S3, func(context.Context) error, error) {
	engine, err := Connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	image, err := s3Image(ctx, engine)
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close())
	}
	env := map[string]string{}
	for _, setting := range servers.S3Environment() {
		name, value, _ := strings.Cut(setting, "=")
		env[name] = value
	}
	c, err := Start(ctx, engine, Spec{
		Image:      image,
		Command:    servers.S3Arguments(fmt.Sprintf(":%d", s3Port), "/data/objects", "/data/versions"),
		Env:        env,
		Port:       s3Port,
		StopSignal: "SIGTERM",
	})
	if err != nil {
		return nil, nil, err
	}
	s := servers.NewS3(c, c.Address())
	if err := s.WaitReady(ctx); err != nil {
		return nil, nil, errors.Join(err, c.Remove(ctx))
	}
	return s, c.Remove, nil
}

// s3Image makes an image of the program, unless the engine has it already. It needs no
// registry.
func s3Image(ctx context.Context, engine *testcontainers.DockerProvider) (string, error) {
	program, err := servers.VersityGW(ctx)
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	tag := fmt.Sprintf("%.12x", sha256.Sum256(append([]byte(s3Dockerfile), content...)))
	name := "assay-versitygw:" + tag
	if _, err := engine.Client().ImageInspect(ctx, name); err == nil {
		return name, nil
	} else if !cerrdefs.IsNotFound(err) {
		return "", err
	}
	var root bytes.Buffer
	w := tar.NewWriter(&root)
	if err := errors.Join(
		add(w, tar.Header{Name: "versitygw", Mode: 0o755}, content),
		add(w, tar.Header{Name: "data/objects/", Typeflag: tar.TypeDir, Mode: 0o700}, nil),
		add(w, tar.Header{Name: "data/versions/", Typeflag: tar.TypeDir, Mode: 0o700}, nil),
		w.Close(),
	); err != nil {
		return "", err
	}
	archive, err := buildContext(map[string][]byte{"Dockerfile": []byte(s3Dockerfile), "root.tar": root.Bytes()})
	if err != nil {
		return "", err
	}
	return engine.BuildImage(ctx, &testcontainers.ContainerRequest{FromDockerfile: testcontainers.FromDockerfile{
		ContextArchive: bytes.NewReader(archive), Repo: "assay-versitygw", Tag: tag,
	}})
}
