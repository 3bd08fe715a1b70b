"""Writes the TorchScript modules of the tests into the working directory; PyTorch 1.13 or later."""

import torch
from torch import nn


class Cnn(nn.Module):
    """Convolutions with batch normalisation, dropout and a linear layer; any image size from 8."""

    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)
        self.dropout = nn.Dropout(0.1)
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.max_pool2d(x, 2)
        x = torch.relu(self.bn2(self.conv2(x)))
        return self.fc(self.dropout(x.mean([2, 3])))


class Sized(nn.Module):
    """Takes 16 x 16 pixels only, and features in the order of their dimensions, as view asks."""

    def __init__(self, classes):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=4, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4 * 4 * 4, classes)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x)))
        return self.fc(x.view(x.size(0), -1))


class Pair(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        y = self.net(x)
        return y, y


torch.manual_seed(1)
cnn = Cnn(3)
torch.jit.script(cnn).save("cnn.pt")
torch.jit.script(Cnn(4)).save("four-classes.pt")
torch.jit.script(Pair(cnn)).save("pair.pt")
torch.jit.freeze(torch.jit.script(cnn.eval())).save("frozen.pt")
torch.jit.trace(Sized(3).eval(), torch.zeros(2, 3, 16, 16)).save("traced.pt")
half = Cnn(3)
for parameter in half.conv1.parameters():
    parameter.requires_grad = False
torch.jit.script(half).save("half-frozen.pt")
torch.jit.script(Cnn(3).double()).save("double.pt")
torch.save(cnn.state_dict(), "state-dict.pt")
