package servers

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// postgresFiles are the programs of a local PostgreSQL and the files of one server.
type postgresFiles struct {
	binaries  string // the directory of its programs
	user      *User  // it refuses to run as root
	dir       string // of all files of this server
	directory *Directory
}

// PostgresBinaries returns the directory of the newest PostgreSQL programs on this
// machine: those in the search path, or where Debian puts them.
func PostgresBinaries() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		// The other programs are beside the program itself, not beside a link to it.
		path, err = filepath.EvalSymlinks(path)
		return filepath.Dir(path), err
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", Unavailable("no PostgreSQL server in the search path or in /usr/lib/postgresql; install Debian's postgresql")
	}
	// Versions have two digits for a long time to come.
	return filepath.Dir(slices.Max(found)), nil
}

func newPostgresFiles() (*postgresFiles, error) {
	binaries, err := PostgresBinaries()
	if err != nil {
		return nil, err
	}
	user, err := Unprivileged("postgres", "nobody")
	if err != nil {
		return nil, err
	}
	directory, err := MakeDirectory(os.TempDir(), "assay-postgres-", user)
	if err != nil {
		return nil, err
	}
	return &postgresFiles{binaries: binaries, user: user, dir: directory.Path, directory: directory}, nil
}

func (f *postgresFiles) program(name string) string { return filepath.Join(f.binaries, name) }
func (f *postgresFiles) data() string               { return filepath.Join(f.dir, "data") }

// initialise makes a data directory: a copy of a template, which the first call on a
// machine makes and keeps in the user's cache directory.
func (f *postgresFiles) initialise(ctx context.Context) error {
	template, err := f.template(ctx)
	if err != nil {
		return err
	}
	if template == "" {
		return f.initdb(ctx)
	}
	if _, err := os.Stat(template); errors.Is(err, fs.ErrNotExist) {
		if err := f.initdb(ctx); err != nil {
			return err
		}
		return keepTemplate(f.data(), template)
	}
	if err := copyTree(f.data(), template); err != nil {
		return err
	}
	return f.own(f.data())
}

// template returns where the template is kept, named after what went into it; "" when
// there is no place for one.
func (f *postgresFiles) template(ctx context.Context) (string, error) {
	version, err := exec.CommandContext(ctx, f.program("postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", f.program("postgres"), err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", nil
	}
	parts := append([]string{string(version), PostgresUser, PostgresPassword}, initdbArguments()...)
	digest := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return filepath.Join(cache, "assay", fmt.Sprintf("postgres-%.8x", digest)), nil
}

// keepTemplate copies data to template in one step, so that others see all or nothing.
func keepTemplate(data, template string) error {
	if err := os.MkdirAll(filepath.Dir(template), 0o700); err != nil {
		return err
	}
	part, err := MakeDirectory(filepath.Dir(template), "part-", nil)
	if err != nil {
		return err
	}
	if err = copyTree(part.Path, data); err == nil {
		err = os.Rename(part.Path, template)
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil // somebody else's template is as good
	}
	return errors.Join(err, part.Remove())
}

func copyTree(to, from string) error {
	// Postgres demands that nobody else can look into its data directory.
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}

func (f *postgresFiles) initdb(ctx context.Context) error {
	if err := f.write("password", []byte(PostgresPassword)); err != nil {
		return err
	}
	return f.run(ctx, "initdb", append(initdbArguments(), "--pgdata="+f.data(),
		"--username="+PostgresUser, "--pwfile="+filepath.Join(f.dir, "password"))...)
}

// initdbArguments are those that decide what is in a fresh data directory. Nothing there
// outlives a crash of the machine, so nothing needs syncing.
func initdbArguments() []string {
	return []string{"--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"}
}

// copyFrom makes a data directory that follows the running server at address.
func (f *postgresFiles) copyFrom(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	return f.run(ctx, "pg_basebackup", "--pgdata="+f.data(), "--host="+host, "--port="+port,
		"--username="+PostgresUser, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
}

// streamFrom lets a copy follow the server at address from now on.
func (f *postgresFiles) streamFrom(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	settings := fmt.Sprintf("host=%s port=%s user=%s password=%s", host, port, PostgresUser, PostgresPassword)
	// The last setting in the last file that is read counts.
	return f.append(filepath.Join("data", "postgresql.auto.conf"), "primary_conninfo = "+quoteSetting(settings)+"\n")
}

// run runs one of the programs to its end.
func (f *postgresFiles) run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, f.program(name), args...)
	cmd.Dir = f.dir
	// On the command line, everybody on the machine could read the password.
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PGPASSWORD=" + PostgresPassword}
	cmd.SysProcAttr = attributes(f.user)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, output)
	}
	return nil
}

// write makes a file below dir that the server may read, and nobody else.
func (f *postgresFiles) write(name string, content []byte) error {
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	return f.own(path)
}

func (f *postgresFiles) append(name, text string) error {
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// remove removes all files, and what a killed server leaves in memory.
func (f *postgresFiles) remove() error {
	return errors.Join(releaseMemory(f.data()), f.directory.Remove())
}

// own hands a file, or a directory with all that is in it, to the server's user.
func (f *postgresFiles) own(path string) error {
	if f.user == nil {
		return nil
	}
	return filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, f.user.UID, f.user.GID)
	})
}

// quoteSetting writes a value as postgresql.conf has it.
func quoteSetting(value string) string {
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}
