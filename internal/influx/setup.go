package influx

import (
	"context"
	"fmt"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
)

// Owner is what a server's first setup creates, next to the client's
// organisation.
type Owner struct {
	User     string
	Password string
	// Token becomes the operator token, which may do everything. It is chosen by
	// the caller so that it can be stored before the server knows it: a server
	// that was set up with a token that nobody kept would be lost.
	Token string
	// Bucket is the first bucket.
	Bucket Bucket
}

// Bucket is a place for points that are kept for some time.
type Bucket struct {
	Name string
	// Retention is how long a point is kept; zero is for ever.
	Retention time.Duration
}

// IsSetUp reports whether the server has had its first setup.
func (c *Client) IsSetUp(ctx context.Context) (bool, error) {
	answer, err := c.api.APIClient().GetSetup(ctx, &domain.GetSetupParams{})
	if err != nil {
		return false, fmt.Errorf("asking InfluxDB whether it is set up: %w", err)
	}
	return answer.Allowed == nil || !*answer.Allowed, nil
}

// SetUp does the server's first setup.
func (c *Client) SetUp(ctx context.Context, owner Owner) error {
	hours := int(owner.Bucket.Retention / time.Hour)
	_, err := c.api.SetupWithToken(ctx, owner.User, owner.Password, c.org, owner.Bucket.Name, hours, owner.Token)
	if err != nil {
		return fmt.Errorf("setting InfluxDB up: %w", err)
	}
	return nil
}

// EnsureBucket creates the bucket where it is missing. One that exists keeps the
// retention that it has, since its owner may have changed it.
func (c *Client) EnsureBucket(ctx context.Context, bucket Bucket) error {
	found, err := c.bucket(ctx, bucket.Name)
	if err != nil || found != nil {
		return err
	}
	org, err := c.api.OrganizationsAPI().FindOrganizationByName(ctx, c.org)
	if err != nil {
		return fmt.Errorf("finding organisation %q: %w", c.org, err)
	}
	rule := domain.RetentionRule{EverySeconds: int64(bucket.Retention / time.Second)}
	if _, err := c.api.BucketsAPI().CreateBucketWithName(ctx, org, bucket.Name, rule); err != nil {
		return fmt.Errorf("creating bucket %q: %w", bucket.Name, err)
	}
	return nil
}

// mostBuckets is how many buckets the server lists at once at most.
const mostBuckets = 100

// bucket finds a bucket by its name; nil is none. It searches the whole list, since
// the client library's error for a missing bucket is only a text.
func (c *Client) bucket(ctx context.Context, name string) (*domain.Bucket, error) {
	limit := domain.Limit(mostBuckets)
	all, err := c.api.APIClient().GetBuckets(ctx, &domain.GetBucketsParams{Org: &c.org, Limit: &limit})
	if err != nil {
		return nil, fmt.Errorf("listing buckets: %w", err)
	}
	for _, bucket := range *all.Buckets {
		if bucket.Name == name {
			return &bucket, nil
		}
	}
	return nil, nil
}
