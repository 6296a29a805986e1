package servers

import "regexp"

// VersityGWVersion returns the version of versitygw that is built here, such as v1.8.0.
func VersityGWVersion() string {
	version := regexp.MustCompile(`github.com/versity/versitygw (v\S+)`).FindSubmatch(toolsMod)
	if version == nil {
		return ""
	}
	return string(version[1])
}
