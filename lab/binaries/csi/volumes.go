package main

import (
	"context"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func (c *controller) CreateVolume(
	_ context.Context, request *csi.CreateVolumeRequest,
) (*csi.CreateVolumeResponse, error) {
	id := request.GetName()
	if !isName(id) {
		return nil, status.Errorf(codes.InvalidArgument, "%q cannot be a volume's name", id)
	}
	if err := refusal(request.GetVolumeCapabilities()); err != nil {
		return nil, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	wanted := record{Size: request.GetCapacityRange().GetRequiredBytes(), Made: time.Now()}
	from, err := c.origin(request.GetVolumeContentSource(), &wanted)
	if err != nil {
		return nil, err
	}
	if err := c.provide(id, wanted, from); err != nil {
		return nil, err
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId:           id,
		CapacityBytes:      wanted.Size,
		ContentSource:      request.GetVolumeContentSource(),
		AccessibleTopology: []*csi.Topology{topology(c.node)},
	}}, nil
}

// origin returns the content that a volume begins with, and notes where it is from.
func (c *controller) origin(source *csi.VolumeContentSource, wanted *record) (string, error) {
	place, kind, id := c.snapshots, "snapshot", source.GetSnapshot().GetSnapshotId()
	if source.GetVolume() != nil {
		place, kind, id = c.volumes, "volume", source.GetVolume().GetVolumeId()
	}
	if source == nil {
		return "", nil
	}
	found, err := known(place, kind, id)
	if err != nil {
		return "", err
	}
	if wanted.Size < found.Size {
		return "", status.Errorf(codes.OutOfRange, "%s %s needs %d bytes, not %d", kind, id, found.Size, wanted.Size)
	}
	wanted.From = id
	return place.content(id), nil
}

func (c *controller) provide(id string, wanted record, from string) error {
	found, err := c.volumes.find(id)
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	if found != nil {
		if found.Size != wanted.Size || found.From != wanted.From {
			return status.Errorf(codes.AlreadyExists, "volume %s is there, and is another one", id)
		}
		return nil
	}
	if err := c.volumes.put(id, wanted, from); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return nil
}

func (c *controller) DeleteVolume(
	_ context.Context, request *csi.DeleteVolumeRequest,
) (*csi.DeleteVolumeResponse, error) {
	if err := required(request.GetVolumeId()); err != nil {
		return nil, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if err := c.volumes.remove(request.GetVolumeId()); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.DeleteVolumeResponse{}, nil
}
