package params

import (
	"net/url"
	"slices"
	"strings"
)

// hidden stands where a secret stood. It needs no escaping in any part of a URL.
const hidden = "REDACTED"

// Redact returns rawURL without its secrets: the password before the host, the query
// parameters whose names say that they hold one, and the fragment, where the end of a
// secret with an unescaped # lands. Of a URL whose secrets cannot be told from the
// rest, nothing remains but the scheme.
func Redact(rawURL string) string {
	redacted, _ := redact(rawURL)
	return redacted
}

// redact returns rawURL without its secrets, and the secrets as they are written in it.
func redact(rawURL string) (redacted string, secrets []string) {
	scheme, rest := cutScheme(rawURL)
	if ambiguous(rawURL) {
		return scheme + hidden, []string{rest}
	}
	hide := func(secret string) string {
		if secret == "" {
			return ""
		}
		secrets = append(secrets, secret)
		return hidden
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	authority, path := cutAuthority(rest)
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		user, password, hasPassword := strings.Cut(authority[:at], ":")
		if hasPassword {
			authority = user + ":" + hide(password) + authority[at:]
		}
	}
	redacted = scheme + authority + path
	if hasQuery {
		redacted += "?" + redactQuery(query, hide)
	}
	if hasFragment {
		redacted += "#" + hide(fragment)
	}
	return redacted, secrets
}

// ambiguous reports whether it is unclear where the URL's secrets begin and end. An @
// behind the host tells of a password with an unescaped slash: to a parser, the host of
// http://me:12/34@there is me:12.
func ambiguous(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil {
		return true
	}
	if _, err := url.ParseQuery(u.RawQuery); err != nil {
		return true
	}
	scheme, rest := cutScheme(rawURL)
	authority, behind := cutAuthority(rest)
	switch {
	case authority != "":
		return strings.Contains(authority, ":") && strings.Contains(behind, "@")
	case scheme != "" && strings.HasPrefix(behind, "/"):
		return false // a file's name
	default: // host=there password=secret, or me:secret@there
		path, _, _ := strings.Cut(behind, "?")
		return strings.ContainsAny(path, "@=")
	}
}

// redactQuery hides the secret values. A piece without a name behind a secret may be the
// end of it, after an unescaped &.
func redactQuery(query string, hide func(string) string) string {
	pieces := strings.Split(query, "&")
	secret := false
	for i, piece := range pieces {
		name, value, named := strings.Cut(piece, "=")
		if named {
			secret = isSecret(name)
		}
		switch {
		case secret && named:
			pieces[i] = name + "=" + hide(value)
		case secret:
			pieces[i] = hide(piece)
		}
	}
	return strings.Join(pieces, "&")
}

// isSecret reports whether a parameter of that name holds a secret: password,
// secret_access_key, X-Amz-Security-Token.
func isSecret(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "key") ||
		slices.ContainsFunc([]string{"pass", "pwd", "secret", "token", "credential", "signature"}, func(word string) bool {
			return strings.Contains(name, word)
		})
}

// cutScheme splits rawURL behind the colon that ends its scheme.
func cutScheme(rawURL string) (scheme, rest string) {
	end := strings.IndexByte(rawURL, ':') + 1
	return rawURL[:end], rawURL[end:]
}

// cutAuthority splits what follows the scheme in front of its path, query or fragment.
func cutAuthority(rest string) (authority, behind string) {
	if !strings.HasPrefix(rest, "//") {
		return "", rest
	}
	end := strings.IndexAny(rest[2:], "/?#")
	if end < 0 {
		return rest, ""
	}
	return rest[:2+end], rest[2+end:]
}
