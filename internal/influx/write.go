package influx

import (
	"context"
	"fmt"
)

// Write stores line protocol in a bucket.
func (c *Client) Write(ctx context.Context, bucket string, lines []byte) error {
	if err := c.api.WriteAPIBlocking(c.org, bucket).WriteRecord(ctx, string(lines)); err != nil {
		return fmt.Errorf("writing to the bucket %q: %w", bucket, err)
	}
	return nil
}
