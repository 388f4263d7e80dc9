package main

import (
	"context"
	"slices"
	"sync"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// controller makes and removes volumes and snapshots, one at a time: a call that comes again finds the work done.
type controller struct {
	csi.UnimplementedControllerServer
	lock      sync.Mutex
	node      string
	volumes   shelf
	snapshots shelf
}

var controllerCapabilities = []csi.ControllerServiceCapability_RPC_Type{
	csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
	csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
	csi.ControllerServiceCapability_RPC_LIST_SNAPSHOTS,
	csi.ControllerServiceCapability_RPC_CLONE_VOLUME,
}

func (*controller) ControllerGetCapabilities(
	context.Context, *csi.ControllerGetCapabilitiesRequest,
) (*csi.ControllerGetCapabilitiesResponse, error) {
	answer := &csi.ControllerGetCapabilitiesResponse{}
	for _, kind := range controllerCapabilities {
		answer.Capabilities = append(answer.Capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: kind}},
		})
	}
	return answer, nil
}

func (c *controller) ValidateVolumeCapabilities(
	_ context.Context, request *csi.ValidateVolumeCapabilitiesRequest,
) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	asked := request.GetVolumeCapabilities()
	if err := required(request.GetVolumeId()); err != nil {
		return nil, err
	}
	if len(asked) == 0 {
		return nil, status.Error(codes.InvalidArgument, "no capability is asked")
	}
	if _, err := known(c.volumes, "volume", request.GetVolumeId()); err != nil {
		return nil, err
	}
	if err := refusal(asked); err != nil {
		return &csi.ValidateVolumeCapabilitiesResponse{Message: status.Convert(err).Message()}, nil
	}
	return &csi.ValidateVolumeCapabilitiesResponse{
		Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{
			VolumeCapabilities: asked,
		},
	}, nil
}

// refusal tells what a folder of one node cannot be; nil if it can be all that is asked.
func refusal(asked []*csi.VolumeCapability) error {
	if len(asked) == 0 {
		return status.Error(codes.InvalidArgument, "no capability is asked")
	}
	for _, capability := range asked {
		mode := capability.GetAccessMode().GetMode()
		if capability.GetBlock() != nil {
			return status.Error(codes.InvalidArgument, "a volume is a folder: it cannot be a block device")
		}
		if mode == csi.VolumeCapability_AccessMode_MULTI_NODE_MULTI_WRITER ||
			mode == csi.VolumeCapability_AccessMode_MULTI_NODE_SINGLE_WRITER {
			return status.Errorf(codes.InvalidArgument, "a volume is on one node: it cannot be %s", mode)
		}
	}
	return nil
}

// required refuses a request in which something that the call needs is empty.
func required(fields ...string) error {
	if slices.Contains(fields, "") {
		return status.Error(codes.InvalidArgument, "an id, name or path that the call needs is empty")
	}
	return nil
}

// known returns the record of an id, or the error that a caller expects if there is none.
func known(place shelf, kind, id string) (*record, error) {
	found, err := place.find(id)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	if found == nil {
		return nil, status.Errorf(codes.NotFound, "there is no %s %q", kind, id)
	}
	return found, nil
}

func topology(node string) *csi.Topology {
	return &csi.Topology{Segments: map[string]string{"topology." + driverName + "/node": node}}
}
