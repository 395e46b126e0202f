package influx

import (
	"context"
	"fmt"

	"github.com/influxdata/influxdb-client-go/v2/domain"
)

// Access is what a token may do with the buckets that it is for.
type Access = domain.PermissionAction

// The two kinds of access; a token has one of them.
const (
	Read  Access = domain.PermissionActionRead
	Write Access = domain.PermissionActionWrite
)

// HasToken reports whether the organisation has a token with this description.
// The server gives a token's text only once, when it creates it.
func (c *Client) HasToken(ctx context.Context, description string) (bool, error) {
	found, err := c.tokens(ctx, description)
	return len(found) > 0, err
}

// NewToken creates a token that may only read, or only write, the named buckets,
// and then revokes those that had the same description before.
func (c *Client) NewToken(ctx context.Context, description string, access Access, buckets ...string) (string, error) {
	older, err := c.tokens(ctx, description)
	if err != nil {
		return "", err
	}
	var orgID *string
	permissions := make([]domain.Permission, 0, len(buckets))
	for _, name := range buckets {
		bucket, err := c.bucket(ctx, name)
		if err != nil {
			return "", err
		}
		if bucket == nil {
			return "", fmt.Errorf("creating token %q: there is no bucket %q", description, name)
		}
		orgID = bucket.OrgID
		permissions = append(permissions, domain.Permission{
			Action:   access,
			Resource: domain.Resource{Type: domain.ResourceTypeBuckets, Id: bucket.Id, OrgID: bucket.OrgID},
		})
	}
	created, err := c.api.AuthorizationsAPI().CreateAuthorization(ctx, &domain.Authorization{
		AuthorizationUpdateRequest: domain.AuthorizationUpdateRequest{Description: &description},
		OrgID:                      orgID,
		Permissions:                &permissions,
	})
	if err != nil {
		return "", fmt.Errorf("creating token %q: %w", description, err)
	}
	for _, token := range older {
		if err := c.api.AuthorizationsAPI().DeleteAuthorization(ctx, &token); err != nil {
			return "", fmt.Errorf("revoking an older token %q: %w", description, err)
		}
	}
	return *created.Token, nil
}

func (c *Client) tokens(ctx context.Context, description string) ([]domain.Authorization, error) {
	all, err := c.api.AuthorizationsAPI().FindAuthorizationsByOrgName(ctx, c.org)
	if err != nil {
		return nil, fmt.Errorf("listing tokens: %w", err)
	}
	var found []domain.Authorization
	for _, token := range *all {
		if token.Description != nil && *token.Description == description {
			found = append(found, token)
		}
	}
	return found, nil
}
