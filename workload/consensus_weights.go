package workload

var consensusWeights = map[string]int{}
var blobWeights = map[string]int{}
