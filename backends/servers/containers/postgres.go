package containers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/testcontainers/testcontainers-go"

	"github.com/assay-dev/assay/backends/servers"
)

// officialPostgres is pulled from a registry where PostgreSQL is not installed.
const officialPostgres = "docker.io/library/postgres:17-alpine"

// StartPostgres starts a PostgreSQL in a container on fresh data, and waits until it
// answers. The image is made of the PostgreSQL that is installed on this machine, and
// is the official one where none is. The caller ends it with the function returned.
func StartPostgres(ctx context.Context, options servers.PostgresOptions) (*servers.Postgres, func(context.Context) error, error) {
	if len(options.Files) > 0 {
		return nil, nil, servers.Unavailable("a Postgres in a container with files of one's own")
	}
	engine, err := Connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	image, err := postgresImage(ctx, engine)
	if err != nil {
		return nil, nil, errors.Join(err, engine.Close())
	}
	// The first line of the command makes the image's entry point create a database.
	command := []string{"postgres", "-c", "listen_addresses=*", "-c", "max_connections=200", "-c", "log_min_messages=log"}
	for _, name := range slices.Sorted(maps.Keys(options.Settings)) {
		command = append(command, "-c", name+"="+options.Settings[name])
	}
	c, err := Start(ctx, engine, Spec{
		Image:   image,
		Command: command,
		Env: map[string]string{
			"POSTGRES_USER":        servers.PostgresUser,
			"POSTGRES_PASSWORD":    servers.PostgresPassword,
			"POSTGRES_DB":          servers.PostgresDatabase,
			"POSTGRES_INITDB_ARGS": "--auth=scram-sha-256 --encoding=UTF8 --no-locale --no-sync",
		},
		Port:       5432,
		StopSignal: "SIGINT",
	})
	if err != nil {
		return nil, nil, err
	}
	p := servers.NewPostgres(c, c.Address())
	if err := p.WaitReady(ctx); err != nil {
		return nil, nil, errors.Join(err, c.Remove(ctx))
	}
	return p, c.Remove, nil
}

func postgresImage(ctx context.Context, engine *testcontainers.DockerProvider) (string, error) {
	binaries, err := servers.PostgresBinaries()
	if errors.Is(err, servers.ErrUnavailable) {
		if err := engine.PullImage(ctx, officialPostgres); err != nil {
			return "", servers.Unavailable("PostgreSQL is not installed, and pulling %s failed: %v", officialPostgres, err)
		}
		return officialPostgres, nil
	}
	if err != nil {
		return "", err
	}
	image, err := buildPostgres(ctx, engine, binaries)
	if err != nil {
		return "", fmt.Errorf("build an image of %s: %w", binaries, err)
	}
	return image, nil
}
