// Package v2 is laid over the file of this name in the vendor's Go SDK, package kubernetes/yaml/v2, while the provider is
// built. The vendor's names a Go type for each kind of Kubernetes, which makes all of the SDK, 65 packages of generated code, a
// part of the provider; but for its outputs the provider needs none of them. This one registers every kind as the
// vendor's does a kind that it has no type for.
package v2

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource registers an object out of YAML or of a chart, as a child of a component.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input,
	opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	var object apiextensions.CustomResource
	if !strings.Contains(apiVersion, "/") {
		apiVersion = "core/" + apiVersion // The provider's name for the group that has none in Kubernetes.
	}
	token := fmt.Sprintf("kubernetes:%s:%s", apiVersion, kind)
	if err := ctx.RegisterResource(token, name, props, &object, opts...); err != nil {
		return nil, err
	}
	return &object, nil
}
