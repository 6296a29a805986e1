//go:build race

package property

// raceDetector makes everything several times as slow.
const raceDetector = true
