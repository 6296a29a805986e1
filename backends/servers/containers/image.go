package containers

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/testcontainers/testcontainers-go"
)

// entryPoint does what the one of the official image does: it makes a database when
// there is none, and then becomes the server.
const entryPoint = `#!/bin/sh
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	echo "$POSTGRES_PASSWORD" >/tmp/password
	initdb --username="$POSTGRES_USER" --pwfile=/tmp/password $POSTGRES_INITDB_ARGS
	echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
fi
exec "$@"
`

// postgresID is the user and the group of the server in the image.
const postgresID = 999

// buildPostgres makes an image of nothing but the PostgreSQL of this machine, the
// libraries that it needs and a shell, unless the engine has it already. It needs no
// registry.
func buildPostgres(ctx context.Context, engine *testcontainers.DockerProvider, binaries string) (string, error) {
	files, err := postgresTree(ctx, binaries)
	if err != nil {
		return "", err
	}
	digest := sha256.New()
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(digest, path, info.Size(), info.ModTime())
	}
	fmt.Fprintln(digest, entryPoint, dockerfile(binaries))
	tag := fmt.Sprintf("%.12x", digest.Sum(nil))
	name := "assay-postgres:" + tag
	if _, err := engine.Client().ImageInspect(ctx, name); err == nil {
		return name, nil
	} else if !cerrdefs.IsNotFound(err) {
		return "", err
	}
	root, err := rootFS(files)
	if err != nil {
		return "", err
	}
	archive, err := buildContext(map[string][]byte{"Dockerfile": []byte(dockerfile(binaries)), "root.tar": root})
	if err != nil {
		return "", err
	}
	return engine.BuildImage(ctx, &testcontainers.ContainerRequest{FromDockerfile: testcontainers.FromDockerfile{
		ContextArchive: bytes.NewReader(archive), Repo: "assay-postgres", Tag: tag,
	}})
}

func dockerfile(binaries string) string {
	return fmt.Sprintf(`FROM scratch
ADD root.tar /
ENV PATH=%s:/bin PGDATA=/data/pg TZ=UTC LC_ALL=C
USER %d
EXPOSE 5432
VOLUME /data
ENTRYPOINT ["/entrypoint"]
CMD ["postgres"]
`, binaries, postgresID)
}

// postgresTree returns the paths of the files that a PostgreSQL server needs.
func postgresTree(ctx context.Context, binaries string) ([]string, error) {
	files := []string{"/bin/sh", filepath.Join(binaries, "postgres"), filepath.Join(binaries, "initdb")}
	libraries, err := directory(ctx, binaries, "--pkglibdir")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"plpgsql.so", "dict_snowball.so", "libpqwalreceiver.so", "pgoutput.so"} {
		files = append(files, filepath.Join(libraries, name))
	}
	needed, err := sharedLibraries(ctx, files)
	if err != nil {
		return nil, err
	}
	share, err := directory(ctx, binaries, "--sharedir")
	if err != nil {
		return nil, err
	}
	shared, err := filesBelow(share)
	if err != nil {
		return nil, err
	}
	files = slices.Concat(files, needed, shared, []string{"/usr/share/zoneinfo/UTC"})
	slices.Sort(files)
	return slices.Compact(files), nil
}

func directory(ctx context.Context, binaries, which string) (string, error) {
	output, err := exec.CommandContext(ctx, filepath.Join(binaries, "pg_config"), which).Output()
	return strings.TrimSpace(string(output)), err
}

// libraryPath finds the absolute paths in what ldd prints.
var libraryPath = regexp.MustCompile(`(?m)^\s+(?:\S+ => )?(/\S+) \(0x`)

func sharedLibraries(ctx context.Context, files []string) ([]string, error) {
	output, err := exec.CommandContext(ctx, "ldd", files...).Output()
	if err != nil {
		return nil, fmt.Errorf("ldd: %w", err)
	}
	var paths []string
	for _, match := range libraryPath.FindAllStringSubmatch(string(output), -1) {
		paths = append(paths, match[1])
	}
	return paths, nil
}

func filesBelow(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		// Manuals and translations are not needed.
		if err == nil && entry.IsDir() && (entry.Name() == "man" || entry.Name() == "locale") {
			return fs.SkipDir
		}
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// rootFS archives files under their own paths, with what else a server needs around it.
func rootFS(files []string) ([]byte, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, path := range files {
		content, err := os.ReadFile(path) // of what a link leads to
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if err := add(w, tar.Header{Name: path[1:], Mode: int64(info.Mode().Perm() | 0o444)}, content); err != nil {
			return nil, err
		}
	}
	user := fmt.Sprintf("postgres:x:%d:%d::/data:/bin/sh\n", postgresID, postgresID)
	err := errors.Join(
		add(w, tar.Header{Name: "entrypoint", Mode: 0o755}, []byte(entryPoint)),
		add(w, tar.Header{Name: "etc/passwd", Mode: 0o644}, []byte(user)),
		add(w, tar.Header{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777}, nil),
		add(w, tar.Header{Name: "var/run/postgresql/", Typeflag: tar.TypeDir, Mode: 0o700, Uid: postgresID, Gid: postgresID}, nil),
		add(w, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o700, Uid: postgresID, Gid: postgresID}, nil),
		w.Close(),
	)
	return archive.Bytes(), err
}

func buildContext(files map[string][]byte) ([]byte, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for name, content := range files {
		if err := add(w, tar.Header{Name: name, Mode: 0o644}, content); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return archive.Bytes(), err
}

func add(w *tar.Writer, header tar.Header, content []byte) error {
	header.Size = int64(len(content))
	if err := w.WriteHeader(&header); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}
