package main

import (
	"context"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func (c *controller) CreateSnapshot(
	_ context.Context, request *csi.CreateSnapshotRequest,
) (*csi.CreateSnapshotResponse, error) {
	id, volume := request.GetName(), request.GetSourceVolumeId()
	if !isName(id) {
		return nil, status.Errorf(codes.InvalidArgument, "%q cannot be a snapshot's name", id)
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	found, err := c.snapshots.find(id)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	if found == nil {
		if found, err = c.take(id, volume); err != nil {
			return nil, err
		}
	}
	if found.From != volume {
		return nil, status.Errorf(codes.AlreadyExists, "snapshot %s is of volume %s", id, found.From)
	}
	return &csi.CreateSnapshotResponse{Snapshot: described(id, found)}, nil
}

func (c *controller) take(id, volume string) (*record, error) {
	of, err := known(c.volumes, "volume", volume)
	if err != nil {
		return nil, err
	}
	taken := record{Size: of.Size, From: volume, Made: time.Now()}
	if err := c.snapshots.put(id, taken, c.volumes.content(volume)); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &taken, nil
}

func described(id string, of *record) *csi.Snapshot {
	return &csi.Snapshot{
		SnapshotId:     id,
		SourceVolumeId: of.From,
		SizeBytes:      of.Size,
		CreationTime:   timestamppb.New(of.Made),
		ReadyToUse:     true,
	}
}

func (c *controller) DeleteSnapshot(
	_ context.Context, request *csi.DeleteSnapshotRequest,
) (*csi.DeleteSnapshotResponse, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if err := c.snapshots.remove(request.GetSnapshotId()); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.DeleteSnapshotResponse{}, nil
}

// ListSnapshots answers in one page. The sidecar asks it whether a snapshot that it did not order is there.
func (c *controller) ListSnapshots(
	_ context.Context, request *csi.ListSnapshotsRequest,
) (*csi.ListSnapshotsResponse, error) {
	if request.GetStartingToken() != "" {
		return nil, status.Error(codes.Aborted, "there is one page only")
	}
	ids := []string{request.GetSnapshotId()}
	if ids[0] == "" {
		all, err := c.snapshots.ids()
		if err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
		ids = all
	}
	answer := &csi.ListSnapshotsResponse{}
	for _, id := range ids {
		found, err := c.snapshots.find(id)
		if err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
		volume := request.GetSourceVolumeId()
		if found != nil && (volume == "" || volume == found.From) {
			answer.Entries = append(answer.Entries, &csi.ListSnapshotsResponse_Entry{Snapshot: described(id, found)})
		}
	}
	return answer, nil
}
