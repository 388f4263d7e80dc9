package main

import (
	"context"
	"strconv"
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
	if err := required(id, volume); err != nil {
		return nil, err
	}
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
	if err := required(request.GetSnapshotId()); err != nil {
		return nil, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if err := c.snapshots.remove(request.GetSnapshotId()); err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &csi.DeleteSnapshotResponse{}, nil
}

// ListSnapshots is how the sidecar asks whether a snapshot that it did not order is there.
func (c *controller) ListSnapshots(
	_ context.Context, request *csi.ListSnapshotsRequest,
) (*csi.ListSnapshotsResponse, error) {
	found, err := c.matching(request.GetSnapshotId(), request.GetSourceVolumeId())
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return page(found, request.GetStartingToken(), int(request.GetMaxEntries()))
}

func (c *controller) matching(id, volume string) ([]*csi.ListSnapshotsResponse_Entry, error) {
	ids, err := c.snapshots.ids()
	if err != nil {
		return nil, err
	}
	answer := []*csi.ListSnapshotsResponse_Entry{}
	for _, one := range ids {
		if id != "" && id != one {
			continue
		}
		found, err := c.snapshots.find(one)
		if err != nil {
			return nil, err
		}
		if found != nil && (volume == "" || volume == found.From) {
			answer = append(answer, &csi.ListSnapshotsResponse_Entry{Snapshot: described(one, found)})
		}
	}
	return answer, nil
}

// page cuts out what begins at a token, which is the number of an entry.
func page(found []*csi.ListSnapshotsResponse_Entry, token string, most int) (*csi.ListSnapshotsResponse, error) {
	start := 0
	if token != "" {
		number, err := strconv.Atoi(token)
		if err != nil || number < 0 || number > len(found) {
			return nil, status.Errorf(codes.Aborted, "%q is no token of this list", token)
		}
		start = number
	}
	end := len(found)
	answer := &csi.ListSnapshotsResponse{}
	if most > 0 && start+most < end {
		end = start + most
		answer.NextToken = strconv.Itoa(end)
	}
	answer.Entries = found[start:end]
	return answer, nil
}
