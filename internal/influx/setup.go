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
