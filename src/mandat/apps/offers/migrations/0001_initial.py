import django.db.models.deletion
import mandat.apps.custody.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Establishment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                        ('kind', models.SlugField(max_length=60, verbose_name='kind')),
                        ('name', models.CharField(max_length=150, verbose_name='name')),
                        ('commune', models.CharField(max_length=5, verbose_name='commune')),
                        ('department', models.CharField(max_length=3, verbose_name='department')),
                    ],
                    options={
                        'verbose_name': 'establishment',
                        'verbose_name_plural': 'establishments',
                        'ordering': ('department', 'name', 'code'),
                        'indexes': [models.Index(models.F('kind'), models.F('department'), models.F('name'), name='offers_establishments')],
                    },
                ),
                migrations.CreateModel(
                    name='Place',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.SlugField(max_length=60, unique=True, verbose_name='code')),
                        ('name', models.CharField(max_length=150, verbose_name='name')),
                        ('address', models.CharField(blank=True, max_length=250, verbose_name='address')),
                        ('commune', models.CharField(max_length=5, verbose_name='commune')),
                        ('serves', models.ManyToManyField(related_name='places', to='offers.establishment')),
                    ],
                    options={
                        'verbose_name': 'place',
                        'verbose_name_plural': 'places',
                        'ordering': ('name', 'code'),
                    },
                ),
                migrations.CreateModel(
                    name='Assignment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offer_assignments', to=settings.AUTH_USER_MODEL)),
                        ('establishment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='staff', to='offers.establishment')),
                        ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='staff', to='offers.place')),
                        ('since', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'assignment',
                        'verbose_name_plural': 'assignments',
                        'ordering': ('id',),
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('establishment__isnull', True), ('place__isnull', False)), models.Q(('establishment__isnull', False), ('place__isnull', True)), _connector='OR'), name='offers_assigned_to_one'), models.UniqueConstraint(models.F('user'), models.F('establishment'), condition=models.Q(('place', None)), name='offers_assigned_school'), models.UniqueConstraint(models.F('user'), models.F('place'), condition=models.Q(('establishment', None)), name='offers_assigned_place')],
                    },
                ),
                migrations.CreateModel(
                    name='Member',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('offer', models.SlugField(max_length=60)),
                        ('round', models.SlugField(max_length=60)),
                        ('key', models.CharField(max_length=81)),
                        ('establishment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='offers.establishment')),
                        ('group', models.CharField(max_length=60)),
                        ('size', models.PositiveIntegerField(default=1)),
                        ('gender', models.CharField(default='unknown', max_length=10)),
                        ('age', models.CharField(default='unknown', max_length=10)),
                        ('present', models.BooleanField(default=True)),
                        ('late', models.BooleanField(default=False)),
                        ('standing', models.CharField(choices=[('waiting', 'not yet invited'), ('invited', 'invited'), ('declined', 'declined')], default='waiting', max_length=10)),
                        ('listed_at', models.DateTimeField(auto_now_add=True)),
                        ('declined_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'member',
                        'verbose_name_plural': 'members',
                        'ordering': ('id',),
                        'indexes': [models.Index(models.F('offer'), models.F('round'), models.F('establishment'), models.F('standing'), models.F('present'), name='offers_roll'), models.Index(models.F('offer'), models.F('round'), models.F('establishment'), models.F('group'), models.F('id'), name='offers_classes')],
                        'constraints': [models.UniqueConstraint(models.F('offer'), models.F('round'), models.F('key'), name='offers_one_member_a_round')],
                    },
                ),
                migrations.CreateModel(
                    name='Identity',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='identity', to='offers.member')),
                        ('person', mandat.apps.custody.sealing.SealedJSONField(bind='reference', purpose='offers.identity')),
                    ],
                    options={
                        'verbose_name': 'identity',
                        'verbose_name_plural': 'identities',
                    },
                ),
                migrations.CreateModel(
                    name='RollImport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('offer', models.SlugField(max_length=60)),
                        ('round', models.SlugField(max_length=60)),
                        ('filename', models.CharField(max_length=255, verbose_name='file')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('complete', models.BooleanField()),
                        ('dry_run', models.BooleanField()),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('lines', models.PositiveIntegerField(default=0)),
                        ('arrived', models.PositiveIntegerField(default=0)),
                        ('moved', models.PositiveIntegerField(default=0)),
                        ('returned', models.PositiveIntegerField(default=0)),
                        ('unchanged', models.PositiveIntegerField(default=0)),
                        ('departed', models.PositiveIntegerField(default=0)),
                        ('repeated', models.PositiveIntegerField(default=0)),
                        ('refused', models.PositiveIntegerField(default=0)),
                        ('error', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'roll import',
                        'ordering': ('-id',),
                        'indexes': [models.Index(models.F('programme'), models.F('offer'), models.F('id'), name='offers_imports')],
                    },
                ),
                migrations.CreateModel(
                    name='RefusedRollLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refusals', to='offers.rollimport')),
                        ('line', models.PositiveIntegerField()),
                        ('fr', models.CharField(max_length=300)),
                        ('en', models.CharField(max_length=300)),
                    ],
                    options={
                        'verbose_name': 'refused line',
                        'ordering': ('line', 'id'),
                        'indexes': [models.Index(models.F('run'), models.F('line'), name='offers_refused')],
                    },
                ),
                migrations.CreateModel(
                    name='RollClosure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('offer', models.SlugField(max_length=60)),
                        ('round', models.SlugField(max_length=60)),
                        ('establishment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closures', to='offers.establishment')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('closed_at', models.DateTimeField(auto_now_add=True)),
                        ('members', models.PositiveIntegerField()),
                    ],
                    options={
                        'verbose_name': 'closed roll',
                        'ordering': ('id',),
                        'constraints': [models.UniqueConstraint(models.F('offer'), models.F('round'), models.F('establishment'), name='offers_one_closure')],
                    },
                ),
                migrations.CreateModel(
                    name='Batch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('programme', models.SlugField(max_length=60)),
                        ('offer', models.SlugField(max_length=60)),
                        ('round', models.SlugField(max_length=60)),
                        ('rank', models.PositiveSmallIntegerField(default=1)),
                        ('codes', models.JSONField(default=list)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'finished')], default='waiting', max_length=10)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'batch of invitations',
                        'verbose_name_plural': 'batches of invitations',
                        'ordering': ('-id',),
                        'indexes': [models.Index(models.F('programme'), models.F('offer'), models.F('id'), name='offers_batches')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='offers.member')),
                        ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='offers.batch')),
                        ('rank', models.PositiveSmallIntegerField(default=1)),
                        ('code', models.CharField(max_length=81, unique=True)),
                        ('created_at', models.DateTimeField()),
                        ('handed_at', models.DateTimeField(null=True)),
                        ('closed', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'invitation',
                        'verbose_name_plural': 'invitations',
                        'ordering': ('id',),
                        'indexes': [models.Index(models.F('batch'), models.F('id'), name='offers_of_batch')],
                        'constraints': [models.UniqueConstraint(models.F('member'), models.F('rank'), name='offers_invited_once'), models.CheckConstraint(condition=models.Q(('rank__in', (1, 2))), name='offers_invitation_rank')],
                    },
                ),
                migrations.CreateModel(
                    name='PendingCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pending', to='offers.invitation')),
                        ('code', mandat.apps.custody.sealing.SealedTextField(bind='reference', purpose='offers.code')),
                    ],
                    options={
                        'verbose_name': 'code not yet handed over',
                    },
                ),
                migrations.CreateModel(
                    name='Delivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='offers.invitation')),
                        ('what', models.CharField(max_length=80)),
                        ('claimed_at', models.DateTimeField(auto_now_add=True)),
                        ('sent', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'message',
                        'ordering': ('id',),
                        'constraints': [models.UniqueConstraint(models.F('invitation'), models.F('what'), name='offers_said_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Slot',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('offer', models.SlugField(max_length=60)),
                        ('round', models.SlugField(max_length=60)),
                        ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='offers.place')),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('capacity', models.PositiveSmallIntegerField()),
                        ('taken', models.PositiveSmallIntegerField(default=0)),
                        ('withdrawn', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'slot',
                        'verbose_name_plural': 'slots',
                        'ordering': ('starts_at', 'id'),
                        'indexes': [models.Index(models.F('offer'), models.F('round'), models.F('place'), models.F('starts_at'), name='offers_slots')],
                        'constraints': [models.UniqueConstraint(models.F('offer'), models.F('place'), models.F('starts_at'), name='offers_one_slot'), models.CheckConstraint(condition=models.Q(('taken__lte', models.F('capacity'))), name='offers_slot_capacity'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='offers_slot_ordered')],
                    },
                ),
                migrations.CreateModel(
                    name='Appointment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appointments', to='offers.invitation')),
                        ('slot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='offers.slot')),
                        ('state', models.CharField(choices=[('booked', 'booked'), ('moved', 'moved'), ('cancelled', 'cancelled')], default='booked', max_length=10)),
                        ('from_waiting', models.BooleanField(default=False)),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'appointment',
                        'verbose_name_plural': 'appointments',
                        'ordering': ('id',),
                        'indexes': [models.Index(models.F('slot'), models.F('state'), name='offers_of_slot')],
                        'constraints': [models.UniqueConstraint(models.F('invitation'), condition=models.Q(('state', 'booked')), name='offers_one_appointment')],
                    },
                ),
                migrations.CreateModel(
                    name='Waiting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='waiting', to='offers.invitation')),
                        ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waiting', to='offers.place')),
                        ('since', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'waiting',
                        'ordering': ('since', 'id'),
                        'indexes': [models.Index(models.F('place'), models.F('since'), name='offers_queue')],
                    },
                ),
                migrations.CreateModel(
                    name='Attendance',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('appointment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='attendance', to='offers.appointment')),
                        ('outcome', mandat.apps.custody.sealing.SealedTextField(bind='reference', purpose='offers.attendance')),
                        ('recorded_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'verbose_name': 'attendance',
                    },
                ),
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('offer', models.SlugField(max_length=60)),
                        ('round', models.SlugField(max_length=60)),
                        ('establishment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tallies', to='offers.establishment')),
                        ('listed', models.PositiveIntegerField(default=0)),
                        ('waiting', models.PositiveIntegerField(default=0)),
                        ('invited', models.PositiveIntegerField(default=0)),
                        ('declined', models.PositiveIntegerField(default=0)),
                        ('attended', models.PositiveIntegerField(default=0)),
                        ('missed', models.PositiveIntegerField(default=0)),
                        ('told_listed', models.PositiveIntegerField(default=0)),
                        ('told_invited', models.PositiveIntegerField(default=0)),
                        ('told_declined', models.PositiveIntegerField(default=0)),
                        ('told_attended', models.PositiveIntegerField(default=0)),
                        ('folded_invited', models.PositiveIntegerField(default=0)),
                        ('folded_declined', models.PositiveIntegerField(default=0)),
                        ('folded_attended', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'tally',
                        'ordering': ('id',),
                        'constraints': [models.UniqueConstraint(models.F('offer'), models.F('round'), models.F('establishment'), name='offers_one_tally')],
                    },
                ),
                migrations.CreateModel(
                    name='CoverageRelease',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('offer', models.SlugField(max_length=60)),
                        ('round', models.SlugField(max_length=60)),
                        ('what', models.CharField(max_length=10)),
                        ('published_at', models.DateTimeField(auto_now_add=True)),
                        ('reached', models.PositiveIntegerField()),
                        ('target', models.PositiveIntegerField()),
                        ('breakdowns', models.JSONField(default=dict)),
                    ],
                    options={
                        'verbose_name': 'coverage published',
                        'ordering': ('-id',),
                        'indexes': [models.Index(models.F('offer'), models.F('round'), models.F('what'), models.F('id'), name='offers_releases')],
                    },
                ),
            ]
        ),
    ]
