package servers

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// A User is somebody other than this program's user. A nil *User is this
// program's user itself.
type User struct {
	Name string
	UID  int
	GID  int
}

// Unprivileged returns the first of names that this machine knows when this
// program runs as root, for servers that refuse to run as root, and nil otherwise.
func Unprivileged(names ...string) (*User, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range names {
		if found, err := user.Lookup(name); err == nil {
			return parseUser(found)
		}
	}
	return nil, Unavailable("running as root, and none of the users %q exists", names)
}

func parseUser(found *user.User) (*User, error) {
	uid, err := strconv.Atoi(found.Uid)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", found.Username, err)
	}
	gid, err := strconv.Atoi(found.Gid)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", found.Username, err)
	}
	return &User{Name: found.Username, UID: uid, GID: gid}, nil
}

func (u *User) credential() *syscall.Credential {
	if u == nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(u.UID), Gid: uint32(u.GID)}
}
